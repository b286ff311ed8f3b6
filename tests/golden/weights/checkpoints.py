"""PyTorch checkpoints in both formats, and the values that PyTorch reads from them.

usage: python checkpoints.py     (wants torch; writes checkpoint_{legacy,zip,protocol4}.pth and checkpoint.json here)
"""
import json, os
from collections import OrderedDict
import torch

here = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(7)
base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 7
module = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3, bias=False), torch.nn.BatchNorm2d(3))
state = module.state_dict()  # an OrderedDict with the attribute _metadata
state["float"] = base
state["transposed"] = base.t()
state["part"] = base[1:3, 2:5]
state["every_second"] = base[::2, ::3]
state["repeated"] = torch.tensor([1.5, -2.5]).expand(3, 2)
state["permuted"] = torch.randn(2, 3, 4).permute(2, 0, 1)
state["half"] = torch.tensor([1.0, -0.333, 6e-8, 65504.0, 0.0], dtype=torch.float16)
state["brain"] = torch.tensor([1.0, -0.333, 1e30, 3.1415927], dtype=torch.bfloat16)
state["double"] = torch.tensor([[1 / 3, -1e-30], [2.0**24 + 1, 0.1]], dtype=torch.float64)
state["long"] = torch.tensor([-5, 2**40], dtype=torch.int64)
state["int"] = torch.tensor([-5, 70000], dtype=torch.int32)
state["short"] = torch.tensor([-300], dtype=torch.int16)
state["char"] = torch.tensor([-7, 7], dtype=torch.int8)
state["byte"] = torch.tensor([200], dtype=torch.uint8)
state["bool"] = torch.tensor([True, False])
state["parameter"] = torch.nn.Parameter(torch.tensor([0.25, -0.75]))
state["empty"] = torch.zeros(0, 3)
state["scalar"] = torch.tensor(2.5)

whole = OrderedDict(epoch=3, rate=0.001, name="é", best=None, done=False, state_dict=state, other=[torch.ones(2), (1, 2, 3, 4)])
torch.save(state, os.path.join(here, "checkpoint_zip.pth"))
torch.save(state, os.path.join(here, "checkpoint_legacy.pth"), _use_new_zipfile_serialization=False)
torch.save(whole, os.path.join(here, "checkpoint_nested.pth"), _use_new_zipfile_serialization=False)
torch.save(whole, os.path.join(here, "checkpoint_protocol4.pth"), pickle_protocol=4)

read = torch.load(os.path.join(here, "checkpoint_zip.pth"), weights_only=True)
tensors = {name: {"shape": list(tensor.shape), "values": tensor.detach().float().flatten().tolist()} for name, tensor in read.items()}
with open(os.path.join(here, "checkpoint.json"), "w") as out:
    json.dump({"source": f"PyTorch {torch.__version__}, checkpoints.py", "tensors": tensors}, out, indent=1)
