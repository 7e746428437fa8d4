"""Checks PyTorch's loss and gradients against Kalmia's, for the same inputs and the same noise.

Usage: python3 gradients.py CASES.json PEER.py     (CASES.json is made by export.ts)

The windows are those of the peer program, unchanged: its draws are taken from the file in their
order, ξ of the forecast and then γ of the observations, instead of from PyTorch's generator.
Prints one JSON object: the largest relative difference of each case, for the loss and for the
gradient of each parameter (maximum norm).
"""
import importlib.util
import json
import math
import sys

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def load(path):
    spec = importlib.util.spec_from_file_location("peer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def array(x):
    return torch.tensor(x["data"], dtype=torch.float64).reshape(x["shape"])


def leaf(x):
    return array(x).requires_grad_()


class Noise:
    """Gives out the noise of the file instead of random numbers."""

    def __init__(self, steps):
        self.queue = [array(z) for step in steps for z in (step["forecast"], step["observation"])]

    def next(self, shape):
        z = self.queue.pop(0)
        assert tuple(z.shape) == tuple(shape), (z.shape, shape)
        return z

    def __enter__(self):
        self.saved = torch.randn, torch.randn_like
        torch.randn = lambda *shape: self.next(shape)
        torch.randn_like = lambda x: self.next(x.shape)

    def __exit__(self, *_):
        torch.randn, torch.randn_like = self.saved


def clohessy_wiltshire(n):
    A0, A1, A2 = torch.zeros(6, 6), torch.zeros(6, 6), torch.zeros(6, 6)
    A0[0, 3] = A0[1, 4] = A0[2, 5] = 1.0
    A1[3, 4], A1[4, 3] = 2.0, -2.0
    A2[3, 0], A2[5, 2] = 3.0, -1.0
    return lambda u: u @ torch.linalg.matrix_exp((A0 + n * A1 + n * n * A2) * 10.0).T


def correction(peer, d, p):
    """The peer's network with the weights of the file as its parameters."""
    net = peer.Correction(d)
    named = {"a": "features", "b": "mixing", "c": "output"}
    with torch.no_grad():
        for own, theirs in named.items():
            layer = getattr(net, own)
            layer.weight.copy_(array(p[f"dynamics.{theirs}.weights"]))
            layer.bias.copy_(array(p[f"dynamics.{theirs}.bias"]))
    leaves = {}
    for own, theirs in named.items():
        leaves[f"dynamics.{theirs}.weights"] = getattr(net, own).weight
        leaves[f"dynamics.{theirs}.bias"] = getattr(net, own).bias
    return net, leaves


def model_of(peer, case):
    """The forecast map of a case, and its learned tensors by name."""
    p, d = case["parameters"], case["dimension"]
    if case["model"] == "orbit":
        n = leaf(p["dynamics"])
        return clohessy_wiltshire(n), {"dynamics": n}
    if case["model"] == "forced":
        F = leaf(p["dynamics"])
        return lambda u: peer.rk4(lambda v: peer.lorenz96(v, F), u, 0.05), {"dynamics": F}
    if case["model"] == "corrected":
        net, leaves = correction(peer, d, p)
        return lambda u: peer.rk4(peer.lorenz96, u, 0.05) + net(u), leaves
    A, s = leaf(p["dynamics.interactions"]), leaf(p["dynamics.steadyState"])
    glv = lambda u: u * ((u - s) @ A.T)
    return lambda u: peer.rk4(glv, u, 0.05), {"dynamics.interactions": A, "dynamics.steadyState": s}


def window(peer, case):
    """Loss and gradients of a case, by PyTorch."""
    p, d = case["parameters"], case["dimension"]
    model, leaves = model_of(peer, case)
    H = torch.eye(d)[case["observed"]]
    R = case["variance"] * torch.eye(len(case["observed"]))
    X, ys = array(case["initial"]), array(case["values"])
    if case["members"] is None:
        leaves["factor"] = leaf(p["factor"])
        loss, _ = peer.threedvar_window(model, X, ys, H, R, leaves["factor"].T)  # C = B Bᵀ
    else:
        leaves["noise"], leaves["inflation"] = leaf(p["noise"]), leaf(p["inflation"])
        taper = torch.ones(d, d)
        if case["halfWidth"] is not None:
            # The peer's own taper is made in single precision.
            taper = torch.tensor(peer.gaspari_cohn(d, case["halfWidth"]).tolist())
        with Noise(case["noise"]):
            loss, _ = peer.enkf_window(
                model, X, ys, H, R, leaves["noise"], leaves["inflation"], taper
            )
    constant = 0.5 * ys.numel() * math.log(2 * math.pi)  # the peer leaves it out
    names = list(leaves)
    gradients = torch.autograd.grad(loss, [leaves[name] for name in names])
    return loss.item() + constant, dict(zip(names, gradients))


def compare(peer, case):
    loss, gradients = window(peer, case)
    ours = case["gradient"]
    assert set(ours) == set(gradients), (set(ours), set(gradients))
    worst = {}
    for name, g in gradients.items():
        mine = array(ours[name])
        worst[name] = ((mine - g).abs().max() / g.abs().max()).item()
    return {"name": case["name"], "loss": abs(case["loss"] - loss) / abs(loss), "gradient": worst}


def main():
    with open(sys.argv[1]) as file:
        cases = json.load(file)
    peer = load(sys.argv[2])
    print(json.dumps({"torch": torch.__version__, "cases": [compare(peer, c) for c in cases]}))


if __name__ == "__main__":
    main()
