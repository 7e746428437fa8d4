"""Cycles per second of DAPPER on its twin of Lorenz-96: python3 cycles.py FOLDER [CYCLES].

FOLDER holds DAPPER's sources (github.com/nansencenter/DAPPER). One line a method, as
`enkf  474.1 cycles/s  rmse 0.236`. What DAPPER only plots with, or runs in parallel with, is not needed.
"""

import sys
import time
import types
import warnings


def without(name):
    """Stands for a module that is not installed, and that nothing here calls."""
    module = types.ModuleType(name)
    module.__path__ = []
    module.__file__ = __file__

    def missing(attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return lambda *_, **__: None

    module.__getattr__ = missing
    sys.modules[name] = module


def main(folder, cycles):
    sys.path.insert(0, folder)
    for package, parts in {
        "mpl_tools": ["place", "fig_layout", "sci"],
        "pathos": ["multiprocessing", "helpers"],
    }.items():
        try:
            __import__(package)
        except ImportError:
            for name in [package, *(f"{package}.{part}" for part in parts)]:
                without(name)
    warnings.filterwarnings("ignore")
    import matplotlib

    matplotlib.use("Agg")
    import dapper.da_methods as da
    from dapper.mods.Lorenz96.sakov2008 import HMM
    from dapper.tools.seeding import set_seed

    twin = HMM.copy()
    twin.tseq.Ko = cycles
    set_seed(1)
    truth, observations = twin.simulate()
    methods = {
        "enkf": da.EnKF("PertObs", N=40, infl=1.06),
        "letkf": da.LETKF(N=7, rot=True, infl=1.04, loc_rad=4),
        "3dvar": da.Var3D(xB=0.02),
    }
    for name, method in methods.items():
        began = time.perf_counter()
        method.assimilate(twin, truth, observations, liveplots=False)
        rate = cycles / (time.perf_counter() - began)
        rmse = method.stats.err.rms.a[twin.tseq.masko].mean()
        print(f"{name}  {rate:.1f} cycles/s  rmse {rmse:.3f}", flush=True)


main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
