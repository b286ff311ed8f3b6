"""Makes classic mistakes on purpose, with the libraries that apps use, and prints what check.py says about each.

python mistakes.py BUNDLE RIGHT, where RIGHT has the files of `check.py --write`. Prints "<mistake> <cause> <cases>" per
mistake, where cause is what check.py says most often.
"""
import collections
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

bundle, right = Path(sys.argv[1]), Path(sys.argv[2])
sys.path.insert(0, str(bundle))
import check  # noqa: E402

spec = check.Cases(bundle)
S, PAD = spec.size, spec.padding


def opened(case, exif=True, profile=True, alpha="padding", inverted=False):
    image = Image.open(bundle / case["image"])
    icc = image.info.get("icc_profile")
    if exif:
        image = ImageOps.exif_transpose(image)
    if inverted and image.mode == "CMYK":
        image = Image.fromarray(255 - np.asarray(image), "CMYK")
    if icc and profile and image.mode == "RGB":
        image = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB")
        )
    if image.mode == "RGBA" and alpha != "dropped":
        below = {"padding": PAD, "black": (0, 0, 0), "white": (255, 255, 255)}[alpha]
        image = Image.alpha_composite(Image.new("RGBA", image.size, (*below, 255)), image)
    return np.asarray(image.convert("RGB"))


def fit(rgb, resize=None, pad=PAD, place="center", rounding=None):
    height, width = rgb.shape[:2]
    if resize is None and rounding is None and place == "center":
        return check.letterbox(rgb, S, pad)
    longer = max(width, height)
    sides = [max(1, (2 * s * S + longer) // (2 * longer)) for s in (width, height)]
    if rounding is not None:
        sides = [max(1, int(rounding(s * S / longer))) for s in (width, height)]
    small = (resize or bilinear)(rgb, *sides)
    out = np.empty((S, S, 3), np.uint8)
    out[:] = pad
    left, top = {"center": ((S - sides[0]) // 2, (S - sides[1]) // 2), "tl": (0, 0), "br": (S - sides[0], S - sides[1])}[place]
    out[top : top + sides[1], left : left + sides[0]] = small
    return out


def bilinear(rgb, width, height):
    x, wx = check.taps(rgb.shape[1], width)
    y, wy = check.taps(rgb.shape[0], height)
    v = rgb.astype(np.int64)
    rows = v[:, x] * (256 - wx[None, :, None]) + v[:, np.minimum(x + 1, v.shape[1] - 1)] * wx[None, :, None]
    out = rows[y] * (256 - wy[:, None, None]) + rows[np.minimum(y + 1, v.shape[0] - 1)] * wy[:, None, None]
    return ((out + 32768) >> 16).astype(np.uint8)


def pillow(method):
    return lambda rgb, w, h: np.asarray(Image.fromarray(rgb).resize((w, h), method))


def corners(rgb, width, height):
    def axis(source, target):
        at = np.arange(target) * ((source - 1) / max(1, target - 1))
        first = np.floor(at).astype(int)
        return first, np.minimum(first + 1, source - 1), at - first

    y, y2, fy = axis(rgb.shape[0], height)
    x, x2, fx = axis(rgb.shape[1], width)
    v = rgb.astype(float)
    rows = v[:, x] * (1 - fx)[None, :, None] + v[:, x2] * fx[None, :, None]
    return np.rint(rows[y] * (1 - fy)[:, None, None] + rows[y2] * fy[:, None, None]).astype(np.uint8)


def crop(rgb):
    side = min(rgb.shape[:2])
    top, left = (rgb.shape[0] - side) // 2, (rgb.shape[1] - side) // 2
    return rgb[top : top + side, left : left + side]


pixel_mistakes = {
    "bgr": lambda c: fit(opened(c))[:, :, ::-1],
    "exifIgnored": lambda c: fit(opened(c, exif=False)),
    "profileIgnored": lambda c: fit(opened(c, profile=False)),
    "stretched": lambda c: bilinear(opened(c), S, S),
    "centerCrop": lambda c: bilinear(crop(opened(c)), S, S),
    "padWhite": lambda c: fit(opened(c), pad=(255, 255, 255)),
    "padGray": lambda c: fit(opened(c), pad=(128, 128, 128)),
    "atTopLeft": lambda c: fit(opened(c), place="tl"),
    "atBottomRight": lambda c: fit(opened(c), place="br"),
    "sizeFloor": lambda c: fit(opened(c), rounding=np.floor),
    "antialiased": lambda c: fit(opened(c), resize=pillow(Image.BILINEAR)),
    "area": lambda c: fit(opened(c), resize=pillow(Image.BOX)),
    "nearest": lambda c: fit(opened(c), resize=pillow(Image.NEAREST)),
    "alignCorners": lambda c: fit(opened(c), resize=corners),
    "alphaOverBlack": lambda c: fit(opened(c, alpha="black")),
    "alphaDropped": lambda c: fit(opened(c, alpha="dropped")),
    "cmykInverted": lambda c: fit(opened(c, inverted=True)),
    "mirrored": lambda c: fit(opened(c)[:, ::-1]),
}
try:
    import cv2

    scaled = lambda how: lambda rgb, w, h: cv2.resize(rgb, (w, h), interpolation=how)  # noqa: E731
    pixel_mistakes["area"] = lambda c: fit(opened(c), resize=scaled(cv2.INTER_AREA))
    pixel_mistakes["cubic"] = lambda c: fit(opened(c), resize=scaled(cv2.INTER_CUBIC))
    pixel_mistakes["rounding"] = lambda c: fit(opened(c), resize=scaled(cv2.INTER_LINEAR))
except ImportError:
    pass


def softmax(codes):
    powers = np.exp(codes / 256)
    return np.rint(256 * powers / powers.sum()).astype(np.uint8)


def named(flags):
    return "".join(f"{label}\n" for label, flag in zip(spec.labels, flags) if flag).encode()


def tensors(kind):
    """A wrong input tensor, output tensor or list of labels for one case."""
    return {
        "by255": ("input", lambda c: (c["pixels"] / 255).astype("<f4")),
        "by127": ("input", lambda c: (c["pixels"] / 127.5 - 1).astype("<f4")),
        "truncated": ("input", lambda c: ((c["pixels"].astype(float) - 127) / 128).astype(np.int8)),
        "int8AsUint8": ("input", lambda c: c["pixels"] ^ 0x80),
        "nchw": ("input", lambda c: np.ascontiguousarray(c["pixels"].reshape(-1, 3).T)),
        "labelOrder": ("output", lambda c: c["codes"]["xnnpack"][::-1].astype(np.uint8)),
        "softmax": ("output", lambda c: softmax(c["codes"]["xnnpack"])),
        "outputSigned": ("output", lambda c: c["codes"]["xnnpack"].astype(np.uint8) ^ 0x80),
        "decisionOrder": ("labels", lambda c: named((c["codes"]["xnnpack"] >= spec.ks)[::-1])),
        "greater": ("labels", lambda c: named(c["codes"]["xnnpack"] > spec.ks)),
        "half": ("labels", lambda c: named(c["codes"]["xnnpack"] >= 128)),
        "best": ("labels", lambda c: named(np.arange(len(spec.labels)) == c["codes"]["xnnpack"].argmax())),
    }[kind]


TENSORS = (
    "by255 by127 truncated int8AsUint8 nchw labelOrder softmax outputSigned decisionOrder greater half best".split()
)
programs = [[sys.executable, str(bundle / "check.py")], ["node", str(bundle / "check.mjs")]]
if len(sys.argv) > 3:
    programs = [sys.argv[3].split(",")]
else:
    programs = programs[:1]
for mistake in [*pixel_mistakes, *TENSORS]:
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder)
        for case in spec.cases:
            if mistake in pixel_mistakes:
                np.ascontiguousarray(pixel_mistakes[mistake](case)).tofile(app / f"{case['name']}.pixels")
            else:
                kind, make = tensors(mistake)
                made = make(case)
                (app / f"{case['name']}.{kind}").write_bytes(made if isinstance(made, bytes) else made.tobytes())
        said = subprocess.run([*programs[0], "--app", folder], capture_output=True, text=True).stdout
        causes = collections.Counter(re.findall(r"^FAIL .*\[(\w+)\]$", said, re.M))
        best = causes.most_common(1)[0][0] if causes else "none"
        print(mistake, best, " ".join(f"{cause}:{count}" for cause, count in causes.most_common()))
