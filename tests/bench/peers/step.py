"""One turn of the step benchmark in PyTorch. Usage: python step.py ARCHITECTURE SIZE BATCH STEPS [THREADS].

Forward, BCE loss, backward, clipping and fused AdamW with dropout and stochastic depth, channels_last, eager: what
stepTurn.ts does with 'adamw'. Prints the median milliseconds of a step, its CPU time and the peak memory as JSON.
"""

import json
import os
import resource
import statistics
import sys
import time

import timm
import torch
import torch.nn.functional as F

architecture, size, batch, steps, *threads = sys.argv[1:]
torch.set_num_threads(int(threads[0]) if threads and threads[0] != '0' else os.cpu_count())
torch.manual_seed(1)
model = timm.create_model(
    architecture.replace('efficientnet-', 'tf_efficientnet_'), num_classes=10, drop_rate=0.2, drop_path_rate=0.2
).to(memory_format=torch.channels_last)
model.train()
kernels = [p for p in model.parameters() if p.ndim > 1]
others = [p for p in model.parameters() if p.ndim == 1]
optimizer = torch.optim.AdamW(
    [{'params': kernels, 'weight_decay': 0.01}, {'params': others, 'weight_decay': 0}], lr=1e-3, eps=1e-7, fused=True
)
pixels = torch.randint(0, 256, (int(batch), 3, int(size), int(size)), dtype=torch.uint8)
labels = (torch.rand(int(batch), 10) < 0.2).float()
wall, cpu = [], []
for step in range(int(steps) + 1):
    started, used = time.perf_counter(), time.process_time()
    inputs = ((pixels.float() - 127) / 128).contiguous(memory_format=torch.channels_last)
    loss = F.binary_cross_entropy_with_logits(model(inputs), labels)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_([*kernels, *others], 1, foreach=True)
    optimizer.step()
    loss.item()
    if step > 0:
        wall.append(1000 * (time.perf_counter() - started))
        cpu.append(1000 * (time.process_time() - used))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(
    json.dumps(
        {'milliseconds': statistics.median(wall), 'cpuMilliseconds': statistics.median(cpu), 'peakBytes': peak}
    )
)
