import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../experiments/output.js";
import type { Output } from "./host.js";

/** Shows how far a run is: a bar on a terminal, a line every few seconds in a log. */
export interface ProgressView {
  show(progress: Progress): void;
  /** A line of its own, at once. */
  note(text: string): void;
  end(): void;
}

/** Milliseconds between the lines of a log. */
const linesApart = 5000;

export function progressView(stream: Output, now: () => number): ProgressView {
  return stream.isTTY === true ? barView(stream) : lineView(stream, now);
}

function barView(stream: Output): ProgressView {
  let bar: SingleBar | null = null;
  let stage = "";
  const end = () => {
    bar?.stop();
    bar = null;
  };
  return {
    show: ({ stage: next, done, total, detail }) => {
      const payload = { stage: next, detail };
      if (bar === null || next !== stage) {
        end();
        stage = next;
        const format = "{stage} {bar} {value}/{total}, {eta_formatted} left  {detail}";
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

/** Lines depend on the calls alone, not on a timer: a busy run has them too. */
function lineView(stream: Output, now: () => number): ProgressView {
  let first: Progress | null = null;
  let began = 0;
  let told = 0;
  return {
    show: (progress) => {
      const time = now();
      const isNew = first === null || first.stage !== progress.stage;
      if (first === null || isNew) {
        first = progress;
        began = time;
      } else if (progress.done < progress.total && time - told < linesApart) {
        return;
      }
      told = time;
      stream.write(`${progressLine(progress, first, (time - began) / 1000)}\n`);
    },
    note: (text) => {
      stream.write(`${text}\n`);
    },
    end: () => {},
  };
}

/** `learning 120/400, 35 s left, loss 3.21`; the pace is that since the stage began here. */
function progressLine({ stage, done, total, detail }: Progress, first: Progress, elapsed: number) {
  const gained = done - first.done;
  const left = (elapsed * (total - done)) / gained;
  const parts = [`${stage} ${done}/${total}`];
  if (gained > 0 && done < total) parts.push(`${duration(left)} left`);
  if (detail !== "") parts.push(detail);
  return parts.join(", ");
}

/** `35 s`, `2 min 5 s`, `1 h 12 min` */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
