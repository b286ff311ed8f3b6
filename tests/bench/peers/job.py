"""One turn of the job benchmark in PyTorch: the same images, sizes, augmentations, epochs and evaluations as ours.

Usage: python job.py FOLDER. FOLDER holds job.json and data/ (snapshot.json, labels.txt) as one of our turns leaves
them; times.json is written there. Needs torch, timm, safetensors, Pillow and numpy.

What a careful user of PyTorch would do: channels_last, fused AdamW, every image decoded once, augmentation on whole
batches, a checkpoint and the best weights saved after each epoch (without fsync). Frozen layers run without gradients.
"""

import json
import math
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
import timm
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

folder = Path(sys.argv[1])
job = json.loads((folder / 'job.json').read_text())
config = job['config']
snapshot = json.loads((folder / 'data' / 'snapshot.json').read_text())
labels = [line for line in (folder / 'data' / 'labels.txt').read_text().splitlines() if line != '']
classes = len(labels)
seed = config['seed']
threads = config['engine']['threads'] or os.cpu_count()
torch.set_num_threads(threads)
torch.manual_seed(seed)

KINDS = ('step', 'statistics', 'forward', 'build')
times = {kind: {'seconds': 0.0, 'cpuSeconds': 0.0} for kind in KINDS}
epochs = []


class timed:
    def __init__(self, kind):
        self.kind = kind

    def __enter__(self):
        self.started, self.cpu = time.perf_counter(), time.thread_time()

    def __exit__(self, *_):
        times[self.kind]['seconds'] += time.perf_counter() - self.started
        times[self.kind]['cpuSeconds'] += time.thread_time() - self.cpu


def matrix(split):
    rows = np.zeros((len(snapshot['splits'][split]), classes), np.float32)
    known = np.ones_like(rows)
    for row, sample in enumerate(snapshot['splits'][split]):
        for name in sample['labels']:
            rows[row, labels.index(name)] = 1
        for name in sample.get('unknown', []):
            known[row, labels.index(name)] = 0
    return torch.from_numpy(rows), torch.from_numpy(known)


targets = {split: matrix(split) for split in ('train', 'val')}
pixels = {}


def letterboxed(split, size):
    """uint8 [n, 3, size, size]; every image is decoded once per size."""
    if (split, size) in pixels:
        return pixels[split, size]
    samples = snapshot['splits'][split]
    padding = tuple(config['data']['padding_color'])
    images = np.empty((len(samples), size, size, 3), np.uint8)
    for row, sample in enumerate(samples):
        path = Path(job['project']) / (sample.get('file') or sample['path'])
        image = Image.open(path).convert('RGB')
        scale = size / max(image.size)
        shape = tuple(max(1, round(side * scale)) for side in image.size)
        canvas = Image.new('RGB', (size, size), padding)
        canvas.paste(image.resize(shape, Image.BILINEAR), tuple((size - side) // 2 for side in shape))
        images[row] = np.asarray(canvas)
    pixels[split, size] = torch.from_numpy(images).permute(0, 3, 1, 2)
    return pixels[split, size]


def drawn(count):
    """Affine maps [count, 2, 3] and color matrices [count, 3, 4], of the strengths in the settings."""
    a = config['augmentation']

    def within(largest):
        return (torch.rand(count) * 2 - 1) * largest

    mirror = torch.where(torch.rand(count) < a['horizontal_flip'], -1.0, 1.0)
    upside = torch.where(torch.rand(count) < a['vertical_flip'], -1.0, 1.0)
    angle = within(a['rotation'] * math.pi / 180)
    zoom = 1 + within(a['zoom'])
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = mirror * zoom * angle.cos(), -angle.sin() * zoom
    theta[:, 1, 0], theta[:, 1, 1] = angle.sin() * zoom, upside * zoom * angle.cos()
    theta[:, 0, 2], theta[:, 1, 2] = 2 * within(a['shift']), 2 * within(a['shift'])
    luma = torch.tensor([0.299, 0.587, 0.114])
    saturation = (1 + within(a['saturation']))[:, None, None]
    color = saturation * torch.eye(3) + (1 - saturation) * luma.expand(3, 3)
    turn = within(a['hue'] * 2 * math.pi)
    gray = torch.full((3, 3), 1 / 3)
    axis = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)
    hue = gray + turn.cos()[:, None, None] * (torch.eye(3) - gray) + turn.sin()[:, None, None] * axis
    brightness, contrast = (1 + within(a['brightness'])), (1 + within(a['contrast']))
    color = color @ hue * (brightness * contrast)[:, None, None]
    offset = (127.5 * (1 - contrast))[:, None, None].expand(count, 3, 1)
    return theta, torch.cat([color, offset], 2)


def augmented(images, theta, color):
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    moved = F.grid_sample(images.float(), grid, 'bilinear', 'zeros', align_corners=False)
    flat = torch.baddbmm(color[:, :, 3:], color[:, :, :3], moved.flatten(2))
    return flat.clamp_(0, 255).view_as(moved)


class Network:
    def __init__(self, stage):
        self.stage, self.settings = stage, config[stage]
        architecture = self.settings['architecture']
        self.size = self.settings['input_size']
        self.module = timm.create_model(
            architecture.replace('efficientnet-', 'tf_efficientnet_'),
            num_classes=classes,
            drop_rate=self.settings['dropout'],
            drop_path_rate=self.settings['drop_path'],
        ).to(memory_format=torch.channels_last)
        lite = 'lite' in architecture
        self.mean = torch.tensor([127.0] * 3 if lite else [123.675, 116.28, 103.53]).view(1, 3, 1, 1)
        self.scale = torch.tensor([128.0] * 3 if lite else [58.395, 57.12, 57.375]).view(1, 3, 1, 1)
        if self.settings['weights'] is not None:
            state = load_file(self.settings['weights'])
            own = self.module.state_dict()
            self.module.load_state_dict({n: t for n, t in state.items() if n in own and own[n].shape == t.shape}, False)

    def normalized(self, images):
        return ((images - self.mean) / self.scale).contiguous(memory_format=torch.channels_last)

    def frozen(self, fraction):
        """The modules below the trained ones, cut at a block boundary."""
        blocks = [block for stage in self.module.blocks for block in stage]
        kept = [] if fraction == 1 else [self.module.conv_stem, self.module.bn1]
        return kept + (blocks[: int(len(blocks) * (1 - fraction))] if kept else [])

    @torch.no_grad()
    def logits(self, images, batch):
        self.module.eval()
        parts = images.split(batch)
        return torch.cat([self.module(self.normalized(part.float())) for part in parts])


def average_precision(scores, truth):
    order = np.argsort(-scores, kind='stable')
    hits = truth[order]
    return float(((hits.cumsum() / np.arange(1, len(hits) + 1)) * hits).sum() / hits.sum())


def figures(logits):
    truth, known = targets['val']
    loss = F.binary_cross_entropy_with_logits(logits, truth, known, reduction='sum') / known.sum()
    scores, present = logits.numpy(), truth.numpy()
    found = [average_precision(scores[:, c], present[:, c]) for c in range(classes) if present[:, c].any()]
    return float(loss), float(np.mean(found))


def rate(settings, peak, count, steps, done):
    warmup = round(min(settings['warmup_epochs'], count / 2) * steps)
    if done + 1 < warmup:
        return peak * (done + 1) / warmup
    since, length = done + 1 - warmup, max(1, count * steps - warmup)
    return peak * 0.5 * (1 + math.cos(math.pi * min(since, length) / length))


def phase(network, name, teacher):
    """Trains one phase; returns the best weights."""
    settings, module, batch = network.settings, network.module, network.settings['batch_size']
    head = name == 'head'
    count = settings['epochs_head' if head else 'epochs_finetune']
    fraction = 1 if settings['weights'] is None else settings['unfreeze_fraction']
    still = [] if head else network.frozen(fraction)
    module.requires_grad_(not head)
    module.get_classifier().requires_grad_(True)
    for part in still:
        part.requires_grad_(False)
    trained = [p for p in module.parameters() if p.requires_grad]
    groups = [
        {'params': [p for p in trained if p.ndim > 1], 'weight_decay': settings['weight_decay']},
        {'params': [p for p in trained if p.ndim == 1], 'weight_decay': 0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, eps=1e-7, fused=True)
    images = letterboxed('train', network.size)
    wide = images if teacher is None or teacher.size == network.size else letterboxed('train', teacher.size)
    truth, known = targets['train']
    steps = math.ceil(len(images) / batch)
    peak = settings['lr_head' if head else 'lr_finetune']
    features = None
    if head:
        with timed('forward'), torch.no_grad():
            module.eval()
            val = letterboxed('val', network.size)
            features = torch.cat(
                [module.forward_head(module.forward_features(network.normalized(p.float())), pre_logits=True)
                 for p in val.split(batch)]
            )
    best, kept = -math.inf, None
    for epoch in range(count):
        before, cpu, spent = time.perf_counter(), time.process_time(), json.loads(json.dumps(times))
        order = torch.randperm(len(images))
        for step in range(steps):
            rows = order[torch.arange(step * batch, (step + 1) * batch) % len(order)]
            theta, color = drawn(batch)
            inputs = augmented(images[rows], theta, color)
            target = None
            if teacher is not None:
                crop = inputs if wide is images else augmented(wide[rows], theta, color)
                with timed('forward'):
                    target = teacher.logits(crop, batch)
            with timed('step'):
                for group in optimizer.param_groups:
                    group['lr'] = rate(settings, peak, count, steps, epoch * steps + step)
                module.train(not head)
                for part in still:
                    part.eval()
                inputs = network.normalized(inputs)
                if head:
                    with torch.no_grad():
                        pooled = module.forward_head(module.forward_features(inputs), pre_logits=True)
                    logits = module.get_classifier()(F.dropout(pooled, settings['dropout']))
                else:
                    logits = module(inputs)
                weight = known[rows] / known[rows].sum()
                loss = (F.binary_cross_entropy_with_logits(logits, truth[rows], reduction='none') * weight).sum()
                if target is not None:
                    alpha, t = settings['alpha'], settings['temperature']
                    soft = F.binary_cross_entropy_with_logits(logits / t, torch.sigmoid(target / t))
                    loss = alpha * loss + (1 - alpha) * t * t * soft
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                if settings['clip_norm'] is not None:
                    torch.nn.utils.clip_grad_norm_(trained, settings['clip_norm'], foreach=True)
                optimizer.step()
                loss.item()
        with timed('forward'):
            if head:
                with torch.no_grad():
                    logits = module.get_classifier()(features)
            else:
                logits = network.logits(letterboxed('val', network.size), batch)
        loss, score = figures(logits)
        value = -loss if settings['monitor'] == 'val_loss' else score
        state = {n: t.clone() for n, t in module.state_dict().items()}
        torch.save({'model': state, 'optimizer': optimizer.state_dict()}, folder / 'checkpoint.pt')
        if value > best:
            best, kept = value, state
            torch.save(state, folder / f'{network.stage}.pt')
        epochs.append(
            {
                'stage': network.stage,
                'phase': name,
                'seconds': time.perf_counter() - before,
                'cpuSeconds': time.process_time() - cpu,
                'spent': {
                    kind: {unit: times[kind][unit] - spent[kind][unit] for unit in times[kind]} for kind in KINDS
                },
                'macroAp': score,
            }
        )
    if kept is not None:
        module.load_state_dict(kept)


def train(network, teacher):
    if network.settings['weights'] is not None:
        phase(network, 'head', teacher)
    phase(network, 'finetune', teacher)


started, cpu = time.perf_counter(), time.process_time()
teacher = Network('teacher')
train(teacher, None)
train(Network('student'), teacher)
(folder / 'times.json').write_text(
    json.dumps(
        {
            'seconds': time.perf_counter() - started,
            'cpuSeconds': time.process_time() - cpu,
            'peakBytes': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            'epochs': epochs,
        }
    )
)
