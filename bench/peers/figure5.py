"""Trains PyTorch's version of figure 5 on Kalmia's data: the same truth, observations, imperfect
model and first weights of the network.

Usage: python3 figure5.py DATA.json torch_figure5.py THREADS METHOD EPOCHS [rate_dynamics rate_filter]

DATA.json is made by bench/figure5.ts: each array as { shape, file, dtype }, raw little-endian. The
peer program is run unchanged but for its data, put in before it names its training trajectories;
the ensembles that it starts from and its noise are its own. It prints a line an epoch.
"""
import json
import os
import sys

import torch

marker = "train, test = slice(0, 8), slice(12, 16)"


def read(file):
    with open(file) as text:
        described = json.load(text)
    folder = os.path.dirname(file)

    def array(entry):
        kind = {"f32": torch.float32, "f64": torch.float64}[entry["dtype"]]
        with open(os.path.join(folder, entry["file"]), "rb") as raw:
            data = bytearray(raw.read())
        return torch.frombuffer(data, dtype=kind).float().reshape(entry["shape"])

    return {name: array(entry) for name, entry in described["arrays"].items()}, described["observed"]


def ours(given, observed, into):
    """Puts our data in the place of the program's."""
    keep, beta, net = into["keep"], into["beta"], into["net"]
    keep[:] = observed
    beta.copy_(given["beta"])
    into["H"].copy_(torch.eye(into["d"])[observed])
    into["xs"][:, 12:16] = given["truth"].transpose(0, 1)
    into["ys"][:, 0:8] = given["training"].transpose(0, 1)
    into["ys"][:, 12:16] = given["test"].transpose(0, 1)
    into["points"].copy_(given["points"])
    with torch.no_grad():
        for own, theirs in {"a": "features", "b": "mixing", "c": "output"}.items():
            layer = getattr(net, own)
            layer.weight.copy_(given[f"{theirs}.weights"])
            layer.bias.copy_(given[f"{theirs}.bias"])


def main():
    data, program, threads, *rest = sys.argv[1:]
    with open(program) as text:
        source = text.read()
    assert source.count(marker) == 1, f"{program} is not the program that this script knows"
    source = source.replace(marker, f"{marker}\nput_in(globals())")
    source = source.replace("torch.set_num_threads(1)", f"torch.set_num_threads({int(threads)})")
    given, observed = read(data)
    sys.path.insert(0, os.path.dirname(os.path.abspath(program)))
    sys.argv = [program, *rest]
    scope = {"__name__": "peer", "put_in": lambda into: ours(given, observed, into)}
    exec(compile(source, program, "exec"), scope)


if __name__ == "__main__":
    main()
