import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../run/output.js";
import type { Output } from "./host.js";

/** Shows how far a run is: a bar on a terminal, a line every few seconds in a log. */
export interface ProgressView {
  show(progress: Progress): void;
  /** Writes a line of its own at once. */
  note(text: string): void;
  end(): void;
}

/** Milliseconds between the lines of a log. */
const linesApart = 5000;

export function progressView(stream: Output, now: () => number): ProgressView {
  return stream.isTTY === true ? barView(stream, now) : lineView(stream, now);
}

function barView(stream: Output, now: () => number): ProgressView {
  let bar: SingleBar | null = null;
  const pace = paceOf(now);
  const end = () => {
    bar?.stop();
    bar = null;
  };
  return {
    show: (progress) => {
      const { isNew, left } = pace(progress);
      const { stage, done, total, detail } = progress;
      const payload = { stage, detail, count: countOf(progress), left };
      if (bar === null || isNew) {
        end();
        const format = "{stage} {bar} {count}{left}  {detail}";
        const options = { format, stream, gracefulExit: false, linewrap: false, barsize: 30 };
        bar = new SingleBar(options, Presets.shades_classic);
        bar.start(total, done, payload);
        return;
      }
      bar.setTotal(total);
      bar.update(done, payload);
    },
    note: (text) => {
      end();
      stream.write(`${text}\n`);
    },
    end,
  };
}

/** Writes lines when it is called, without a timer, so that a busy run has them too. */
function lineView(stream: Output, now: () => number): ProgressView {
  let told = 0;
  const pace = paceOf(now);
  return {
    show: (progress) => {
      const { isNew, left } = pace(progress);
      const { stage, done, total, detail } = progress;
      const time = now();
      if (!isNew && done < total && time - told < linesApart) return;
      told = time;
      const after = detail === "" ? "" : `, ${detail}`;
      stream.write(`${stage} ${countOf(progress)}${left}${after}\n`);
    },
    note: (text) => {
      stream.write(`${text}\n`);
    },
    end: () => {},
  };
}

/** Writes `120/400`; a part that is not finished does not count. */
const countOf = ({ done, total }: Progress): string => `${Math.floor(done)}/${total}`;

/** Returns whether a stage begins, and the time left, `, 35 s left`, by the speed since it began. */
function paceOf(now: () => number): (progress: Progress) => { isNew: boolean; left: string } {
  let first: Progress | null = null;
  let began = 0;
  return (progress) => {
    const { stage, done, total } = progress;
    const isNew = first === null || first.stage !== stage;
    if (first === null || isNew) {
      first = progress;
      began = now();
    }
    const gained = done - first.done;
    const left = (((now() - began) / 1000) * (total - done)) / gained;
    return { isNew, left: gained > 0 && done < total ? `, ${duration(left)} left` : "" };
  };
}

/** Writes a duration: `35 s`, `2 min 5 s`, `1 h 12 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
