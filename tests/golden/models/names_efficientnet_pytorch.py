"""Names and shapes of the tensors in efficientnet_pytorch and efficientnet_lite_pytorch.

usage: python names_efficientnet_pytorch.py     (wants torch, efficientnet_pytorch 0.7.1 and efficientnet_lite_pytorch 0.1.0)
"""
import json, os

import efficientnet_lite_pytorch, efficientnet_pytorch

here = os.path.dirname(os.path.abspath(__file__))
networks = {}
for name in ("efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2", "efficientnet-b0", "efficientnet-b3"):
    package = efficientnet_lite_pytorch if "lite" in name else efficientnet_pytorch
    state = package.EfficientNet.from_name(name).state_dict()
    networks[name] = {key: list(value.shape) for key, value in state.items() if not key.endswith("num_batches_tracked")}
with open(os.path.join(here, "names_efficientnet_pytorch.json"), "w") as out:
    out.write(json.dumps({"source": "efficientnet_pytorch 0.7.1, efficientnet_lite_pytorch 0.1.0", "networks": networks}).replace("], ", "],\n"))
