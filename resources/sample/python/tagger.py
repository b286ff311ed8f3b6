"""Prints the labels of images, or checks this computer against the bundle's parity/ folder.

pip install -r requirements.txt
python tagger.py photo.jpg ...
python tagger.py --check
"""
import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

BUNDLE = Path(__file__).resolve().parents[2]
SRGB = ImageCms.createProfile("sRGB")


def decode(file, padding):
    """Upright 8-bit sRGB [H, W, 3], decoded as the studio does: EXIF orientation and color profile applied, transparent
    pixels over the padding color."""
    with Image.open(file) as opened:
        # Taken first: palettes and other modes lose it on the way.
        profile = opened.info.get("icc_profile")
        image = ImageOps.exif_transpose(opened)
        image.load()
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA" if image.mode == "PA" or "transparency" in image.info else "RGB")
    elif "transparency" in image.info:
        image = image.convert("RGBA")
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    rgb = np.asarray(to_srgb(without_alpha(image), profile))
    if alpha is None:
        return rgb
    opacity = np.asarray(alpha).astype(np.int32)[..., None]
    return ((rgb * opacity + np.int32(padding) * (255 - opacity)) // 255).astype(np.uint8)


def without_alpha(image):
    if image.mode == "RGBA":
        return Image.merge("RGB", image.split()[:3])
    return image.getchannel("L") if image.mode == "LA" else image


def to_srgb(image, profile):
    """iPhones and many Android phones store Display P3, whose numbers mean other colors."""
    if profile is not None:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(
                image, source, SRGB, renderingIntent=ImageCms.Intent.PERCEPTUAL, outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError):
            print("The color profile cannot be used; the image is read as sRGB.", file=sys.stderr)
    if image.mode == "CMYK":
        raise ValueError("This CMYK image has no color profile. Convert it to sRGB first.")
    return image.convert("RGB")


def letterbox(rgb, size, padding):
    """Fits uint8 RGB [H, W, 3] into [size, size, 3]; gives the same bytes as preprocess/letterbox.h."""
    height, width = rgb.shape[:2]
    if min(width, height) < 1:
        raise ValueError("The image has no pixels.")
    longer = max(width, height)
    # round-half-up(side * size / longer), at least 1
    new_width, new_height = (max(1, (2 * side * size + longer) // (2 * longer)) for side in (width, height))
    left, top = (size - new_width) // 2, (size - new_height) // 2
    x, x_next, x_weight = taps(width, new_width)
    y, y_next, y_weight = taps(height, new_height)
    x_weight, y_weight = x_weight[None, :, None], y_weight[:, None, None]

    def weighed(rows):
        lines = rgb[rows].astype(np.int32)
        return lines[:, x] * (256 - x_weight) + lines[:, x_next] * x_weight

    fitted = (weighed(y) * (256 - y_weight) + weighed(y_next) * y_weight + 32768) >> 16
    out = np.empty((size, size, 3), np.uint8)
    out[:] = padding
    out[top:top + new_height, left:left + new_width] = fitted
    return out


def taps(source, target):
    """For each of `target` positions of an axis: the two source pixels that it mixes, and the second's weight, 0..256."""
    scale = 1 / (target / source)
    position = scale * (np.arange(target) + 0.5) - 0.5
    whole = np.floor(position).astype(np.int64)
    weight = np.rint((position - whole) * 256).astype(np.int32)
    weight[(whole < 0) | (whole >= source - 1)] = 0
    return np.clip(whole, 0, source - 1), np.clip(whole + 1, 0, source - 1), weight


def open_model(file):
    """The interpreter, and whether it computes with XNNPACK, as the studio does."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        try:
            from tensorflow.lite.python.interpreter import Interpreter
        except ImportError:
            # Its wheels do not give INT8 models to XNNPACK. The builtin kernels round differently.
            from tflite_runtime.interpreter import Interpreter

            return Interpreter(str(file)), False
    return Interpreter(str(file)), True


class Tagger:
    """Sizes, types, labels and thresholds are read from inference_config.json, so the next export needs no new code."""

    def __init__(self, bundle=BUNDLE):
        config = json.loads((bundle / "inference_config.json").read_text("utf-8"))
        preprocessing = config["preprocessing"]
        self.size = preprocessing["letterbox"]["size"]
        self.padding = preprocessing["letterbox"]["paddingColor"]
        self.normalization = preprocessing["normalization"]
        self.rules = config["thresholds"]["perClass"]
        self.model, self.xnnpack = open_model(bundle / config["model"]["file"])
        self.model.allocate_tensors()
        self.input = self.model.get_input_details()[0]
        self.output = self.model.get_output_details()[0]

    def pixels(self, file):
        """The letterboxed pixels of an image file, uint8 [size, size, 3]."""
        return letterbox(decode(file, self.padding), self.size, self.padding)

    def codes(self, pixels):
        """The code q, 0..255, of each label for letterboxed pixels; the score is q / 256."""
        self.model.set_tensor(self.input["index"], self.encoded(pixels)[None])
        self.model.invoke()
        output = self.model.get_tensor(self.output["index"])[0]
        if output.dtype == np.float32:
            return np.rint(output * 256).astype(int)
        return output.astype(int) + (128 if output.dtype == np.int8 else 0)

    def encoded(self, pixels):
        kind = self.input["dtype"]
        if kind == np.float32:
            mean, std = self.normalization["mean"], self.normalization["std"]
            return (pixels.astype(np.float32) - np.float32(mean)) / np.float32(std)
        return (pixels.astype(np.int16) - 128).astype(np.int8) if kind == np.int8 else pixels

    def decide(self, codes):
        """The labels that are present, with their scores. Integers are compared, so no rounding can move a decision."""
        return [(rule["label"], int(q) / 256) for rule, q in zip(self.rules, codes) if q >= rule["k"]]

    def tags(self, file):
        return self.decide(self.codes(self.pixels(file)))


def check(bundle=BUNDLE):
    """Compares every step with parity/ and prints the first one that differs. Returns the number of differing images."""
    tagger = Tagger(bundle)
    if not tagger.xnnpack:
        print("tflite-runtime computes without XNNPACK: codes may differ a little, so only labels are compared.")
    items = json.loads((bundle / "parity" / "index.json").read_text("utf-8"))["items"]
    wrong = 0
    for item in items:
        fault = first_difference(tagger, bundle, item)
        wrong += fault is not None
        print(item["image"], fault or "ok")
    print(f"{len(items) - wrong} of {len(items)} images pass.")
    return wrong


def first_difference(tagger, bundle, item):
    """Each step starts from the bundle's file of the step before, so one fault is not reported as three."""
    pixels = tagger.pixels(bundle / item["image"])
    expected = np.fromfile(bundle / item["letterbox"], np.uint8).reshape(pixels.shape)
    difference = np.abs(pixels.astype(int) - expected)
    # JPEG decoders and color conversions round differently; the index says how much of that is right.
    if difference.mean() > item.get("tolerance", 0):
        return f"letterboxed pixels differ by up to {difference.max()}: decoding, orientation, color or scaling"
    codes = tagger.codes(expected)
    worst = int(np.abs(codes - item["codes"]).max())
    if worst > 0 and tagger.xnnpack:
        return f"codes differ by up to {worst}: the runtime computes differently"
    labels = [label for label, _ in tagger.decide(codes)]
    return None if labels == item["decisions"] else f"labels are {labels} instead of {item['decisions']}"


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(1 if check() else 0)
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    shared = Tagger()
    failed = False
    for name in sys.argv[1:]:
        try:
            print(name, *(f"{label}={score:.3f}" for label, score in shared.tags(name)))
        except (OSError, ValueError) as error:
            failed = True
            print(f"{name}: {error}", file=sys.stderr)
    sys.exit(1 if failed else 0)
