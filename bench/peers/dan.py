"""The data assimilation network of bench/dan-window.ts in PyTorch: forecasts of Lorenz-96, analyses
by the residual network, the squared error of the analyses, and its gradient in the weights.

Usage: python3 dan.py DATA.json

DATA.json is made by bench/dan.ts: each array as { shape, file }, raw little-endian f32; weights have
the names of layers. Prints the loss of the given window and a norm of its gradient. Then, for each
line "BATCH CYCLES THREADS SECONDS" on the standard input, it passes windows of the first BATCH
trajectories and the first CYCLES cycles for so long, and prints the seconds of the fastest: of the
processor for one thread, of the clock for more.
"""
import json
import os
import sys
import time

import torch
from torch import nn


def read(file):
    with open(file) as text:
        described = json.load(text)
    folder = os.path.dirname(file)

    def array(entry):
        with open(os.path.join(folder, entry["file"]), "rb") as raw:
            data = bytearray(raw.read())
        return torch.frombuffer(data, dtype=torch.float32).reshape(entry["shape"])

    return {name: array(entry) for name, entry in described["arrays"].items()}, described["size"]


class Increment(nn.Module):
    """a(z) [B, 1, d] of z [B, 2, d], the forecast and the innovation as channels."""

    def __init__(self, filters, blocks, subBlocks, kernel):
        super().__init__()

        def layer(inputs, outputs):
            return nn.Conv1d(
                inputs, outputs, kernel, padding=kernel // 2, padding_mode="circular"
            )

        self.input = layer(2, filters)
        self.blocks = nn.ModuleList(
            nn.ModuleList(layer(filters, filters) for _ in range(subBlocks))
            for _ in range(blocks)
        )
        self.output = layer(filters, 1)
        self.act = nn.SiLU()

    def forward(self, z):
        h = self.input(z)
        for block in self.blocks:
            r = h
            for convolution in block:
                r = convolution(self.act(r))
            h = h + r
        return self.output(self.act(h))

    def named(self):
        yield "input", self.input
        for b, block in enumerate(self.blocks):
            for s, convolution in enumerate(block):
                yield f"block{b + 1}.{s + 1}", convolution
        yield "output", self.output

    def take(self, given):
        with torch.no_grad():
            for name, convolution in self.named():
                convolution.weight.copy_(given[f"{name}.weights"])
                convolution.bias.copy_(given[f"{name}.bias"])


def tendency(x):
    return (x.roll(-1, -1) - x.roll(2, -1)) * x.roll(1, -1) - x + 8


def forecast(x, dt=0.05):
    k1 = tendency(x)
    k2 = tendency(x + dt / 2 * k1)
    k3 = tendency(x + dt / 2 * k2)
    k4 = tendency(x + dt * k3)
    return x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def loss(net, start, truth, seen):
    """Sum of squares of truth minus analysis; H and R are identities."""
    x, total = start, 0
    for t in range(truth.shape[1]):
        x = forecast(x)
        x = x + net(torch.stack([x, seen[:, t] - x], 1))[:, 0]
        total = total + (truth[:, t] - x).square().sum()
    return total


def main():
    given, size = read(sys.argv[1])
    net = Increment(**size)
    net.take(given)

    def window(batch, cycles):
        net.zero_grad()
        x, truth, seen = given["start"], given["truth"], given["seen"]
        value = loss(net, x[:batch], truth[:batch, :cycles], seen[:batch, :cycles])
        value.backward()
        return value.item()

    torch.set_num_threads(1)
    value = window(*given["truth"].shape[:2])
    norm = sum(p.grad.double().square().sum() for p in net.parameters()).sqrt().item()
    print(value, norm, flush=True)
    for line in sys.stdin:
        batch, cycles, threads, seconds = line.split()
        torch.set_num_threads(int(threads))
        window(int(batch), int(cycles))
        now = time.process_time if int(threads) == 1 else time.perf_counter
        best, end = float("inf"), now() + float(seconds)
        while now() < end:
            began = now()
            window(int(batch), int(cycles))
            best = min(best, now() - began)
        print(best, flush=True)


if __name__ == "__main__":
    main()
