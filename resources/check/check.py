"""Checks this computer, or the results of an app, against parity/ and names the first step that differs.

    pip install numpy pillow ai-edge-litert      # or tflite-runtime or tensorflow instead of ai-edge-litert
    python check.py                              # decodes, letterboxes and runs the model here
    python check.py --app results/               # checks files that an app wrote
    python check.py --write results/             # writes such files from here, as an example

An app writes up to four files per case of parity/cases.txt; what is missing is not checked:

    <case>.pixels    letterboxed pixels, uint8 RGB, size x size x 3 bytes, row by row, no header
    <case>.input     the input tensor as fed, in the model's own type, little-endian, no header
    <case>.output    the output tensor as read, in the model's own type, little-endian, no header
    <case>.labels    the labels that the app shows, one per line, UTF-8
"""
import argparse
import io
import math
import sys
from pathlib import Path

import numpy as np

BUNDLE = Path(__file__).resolve().parent
TYPES = {"uint8": np.uint8, "int8": np.int8, "float32": np.dtype("<f4")}
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
# Delegates for GPUs and NPUs round differently; more than this is another model or a mistake.
DELEGATE_CODES = 2


class Cases:
    """The facts in parity/cases.txt."""

    def __init__(self, bundle):
        self.labels, self.ks, self.causes, self.cases = [], [], {}, []
        for line in (bundle / "parity" / "cases.txt").read_text("utf-8").split("\n"):
            key, _, rest = line.partition(" ")
            if key == "size":
                self.size = int(rest)
            elif key == "padding":
                self.padding = tuple(int(value) for value in rest.split())
            elif key == "input":
                self.input = rest
            elif key == "output":
                self.output = rest
            elif key == "global":
                self.global_k = int(rest)
            elif key == "label":
                k, _, label = rest.partition(" ")
                self.ks.append(int(k))
                self.labels.append(label)
            elif key == "cause":
                name, step, text = rest.split(" ", 2)
                self.causes[name] = (step.replace("-", " "), text)
            elif key == "case":
                name, tolerance, image = rest.split(" ", 2)
                self.cases.append({"name": name, "tolerance": float(tolerance), "image": image, "codes": {}, "wrong": {}})
            elif key == "codes":
                family, *codes = rest.split()
                self.cases[-1]["codes"][family] = np.array([int(code) for code in codes])
            elif key == "points":
                self.cases[-1]["points"] = np.array([int(at) for at in rest.split()])
            elif key == "wrong":
                name, values = rest.split()
                self.cases[-1]["wrong"][name] = np.frombuffer(bytes.fromhex(values), np.uint8).astype(int)
        for case in self.cases:
            case["pixels"] = np.fromfile(bundle / "parity" / "letterbox" / (case["name"] + ".rgb"), np.uint8)


# ---- what this computer computes -----------------------------------------------------------------------------------


def decode(file, padding):
    """Upright 8-bit sRGB; transparency over the padding color."""
    from PIL import Image, ImageCms, ImageOps

    image = ImageOps.exif_transpose(Image.open(file))
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA"):
        srgb = ImageCms.createProfile("sRGB")
        image = ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), srgb)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        below = Image.new("RGBA", image.size, (*padding, 255))
        image = Image.alpha_composite(below, image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))


def taps(source, target):
    """For each target position the first of two source positions and the weight 0..256 of the second."""
    scale = 1.0 / (target / source)
    at = scale * (np.arange(target) + 0.5) - 0.5
    first = np.floor(at)
    weight = np.rint((at - first) * 256).astype(np.int64)
    weight[(first < 0) | (first >= source - 1)] = 0
    return np.clip(first, 0, source - 1).astype(int), weight


def letterbox(rgb, size, padding):
    """The same bytes as preprocess/letterbox.h."""
    height, width = rgb.shape[:2]
    longer = max(width, height)
    new_width, new_height = (max(1, (2 * side * size + longer) // (2 * longer)) for side in (width, height))
    left, top = (size - new_width) // 2, (size - new_height) // 2
    x, wx = taps(width, new_width)
    y, wy = taps(height, new_height)
    rgb = rgb.astype(np.int64)
    wx, wy = wx[None, :, None], wy[:, None, None]
    rows = rgb[:, x] * (256 - wx) + rgb[:, np.minimum(x + 1, width - 1)] * wx
    fitted = (rows[y] * (256 - wy) + rows[np.minimum(y + 1, height - 1)] * wy + 32768) >> 16
    out = np.empty((size, size, 3), np.uint8)
    out[:] = padding
    out[top : top + new_height, left : left + new_width] = fitted
    return out


def load_model(file):
    """An interpreter of whichever library is installed, and its name."""
    for module in ("ai_edge_litert.interpreter", "tflite_runtime.interpreter", "tensorflow.lite"):
        try:
            library = __import__(module, fromlist=["Interpreter"])
        except ImportError:
            continue
        model = library.Interpreter(str(file))
        model.allocate_tensors()
        return model, module.split(".")[0]
    sys.exit("No interpreter found: pip install ai-edge-litert (or tflite-runtime or tensorflow).")


class Here:
    """The results of this computer."""

    def __init__(self, bundle, spec):
        self.bundle, self.spec = bundle, spec
        self.model, self.library = load_model(bundle / "model_int8.tflite")
        self.input = self.model.get_input_details()[0]["index"]
        self.output = self.model.get_output_details()[0]["index"]

    def results(self, case):
        spec = self.spec
        pixels = letterbox(decode(self.bundle / case["image"], spec.padding), spec.size, spec.padding)
        # Decoders may differ a little; the model is checked with the bundle's own pixels.
        tensor = encode(case["pixels"], spec.input)
        self.model.set_tensor(self.input, tensor.reshape(1, spec.size, spec.size, 3))
        self.model.invoke()
        output = self.model.get_tensor(self.output)[0].copy()
        codes = decode_output(output, spec.output)
        labels = [label for label, k, q in zip(spec.labels, spec.ks, codes) if q >= k]
        return {
            "pixels": pixels.tobytes(),
            "input": tensor.tobytes(),
            "output": output.tobytes(),
            "labels": "".join(label + "\n" for label in labels).encode(),
        }


def read_results(folder, case):
    found = {}
    for kind in ("pixels", "input", "output", "labels"):
        file = folder / f"{case['name']}.{kind}"
        if file.is_file():
            found[kind] = file.read_bytes()
    return found


# ---- diagnosis -----------------------------------------------------------------------------------------------------


def encode(pixels, kind):
    if kind == "uint8":
        return pixels
    if kind == "int8":
        return (pixels.astype(np.int16) - 128).astype(np.int8)
    return ((pixels.astype(np.float32) - 127) / 128).astype(np.float32)


def decode_output(output, kind):
    if kind == "uint8":
        return output.astype(int)
    if kind == "int8":
        return output.astype(int) + 128
    return np.rint(output.astype(float) * 256).astype(int)


def mean_difference(a, b):
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def pixel_distances(case, pixels):
    """Distance of the pixels from what each known mistake gives, and from the right pixels (None)."""
    at = pixels[case["points"]]
    found = {None: mean_difference(at, case["pixels"][case["points"]])}
    for cause, values in case["wrong"].items():
        found[cause] = mean_difference(at, values)
    return found


def pixel_totals(spec, results):
    """Over all cases, how far each mistake is: this decides between mistakes that look alike in one case."""
    totals = {}
    for case in spec.cases:
        data = results[case["name"]].get("pixels")
        if data is None or "points" not in case or len(data) != len(case["pixels"]):
            continue
        distances = pixel_distances(case, np.frombuffer(data, np.uint8))
        for cause in spec.causes:
            totals[cause] = totals.get(cause, 0.0) + distances.get(cause, distances[None])
    return totals


def pixel_fault(spec, case, data, totals):
    """(cause or None, whether the pixels equal the expected ones)"""
    if len(data) != len(case["pixels"]):
        return "pixelSize", False
    pixels = np.frombuffer(data, np.uint8)
    difference = np.abs(pixels.astype(int) - case["pixels"])
    if difference.mean() <= case["tolerance"]:
        return None, not difference.any()
    if difference.max() <= 1:
        return "rounding", False
    if "points" in case:
        distances = pixel_distances(case, pixels)
        right = distances.pop(None)
        if distances:
            best = min(distances.values())
            if best < 0.6 * right:
                close = [cause for cause, distance in distances.items() if distance <= 1.2 * best + 1]
                return min(close, key=lambda cause: totals[cause]), False
    elif totals:
        best = min(totals, key=lambda cause: totals[cause])
        if totals[best] < 0.6 * totals.get("unknownPixels", math.inf):
            return best, False
    return "unknownPixels", False


def float_fault(values, pixels):
    """The normalization that float values come from, if it is a known wrong one."""
    rgb = pixels.reshape(-1, 3).astype(float)
    for cause, wrong in (
        ("by255", rgb / 255),
        ("by127", rgb / 127.5 - 1),
        ("imagenet", (rgb / 255 - MEAN) / DEVIATION),
        ("notNormalized", rgb),
    ):
        if np.abs(values - wrong.ravel()).max() < 2e-3:
            return cause
    return None


def input_fault(spec, data, pixels):
    kind, count = spec.input, len(pixels)
    width = 4 if kind == "float32" else 1
    if len(data) != count * width:
        if width == 1 and len(data) == count * 4:
            cause = float_fault(np.frombuffer(data, "<f4").astype(float), pixels)
            return "inputType" if cause in (None, "notNormalized") else cause
        return "inputType"
    values = np.frombuffer(data, TYPES[kind])
    right = encode(pixels, kind)

    def same(expected):
        return np.allclose(values, expected, atol=1e-4) if width == 4 else np.array_equal(values, expected)

    if same(right):
        return None
    if same(right.reshape(-1, 3).T.ravel()):
        return "nchw"
    if same(right.reshape(-1, 3)[:, ::-1].ravel()):
        return "inputBgr"
    if width == 4:
        return float_fault(values.astype(float), pixels) or "unknownInput"
    if np.array_equal(values.view(np.uint8) ^ 0x80, right.view(np.uint8)):
        return "int8AsUint8"
    if np.isin(values.view(np.uint8), (0, 1, 2, 254, 255)).all():
        return "truncated"
    return "unknownInput"


def output_fault(spec, case, data):
    """(cause or None, what the output equals)"""
    values = np.frombuffer(data, TYPES[spec.output]) if len(data) % TYPES_WIDTH[spec.output] == 0 else np.empty(0)
    if len(values) != len(spec.labels):
        return "outputType", ""
    codes, right = decode_output(values, spec.output), case["codes"]["xnnpack"]
    for family, expected in case["codes"].items():
        if np.array_equal(codes, expected):
            return None, family
    families = list(case["codes"].values())
    if any(np.array_equal((codes & 0xFF) ^ 0x80, expected) for expected in families):
        return "outputSigned", ""
    if len(right) > 1 and np.array_equal(np.sort(codes), np.sort(right)):
        return "labelOrder", ""
    if min(np.abs(codes - expected).max() for expected in families) <= DELEGATE_CODES:
        return None, f"within {DELEGATE_CODES} codes"
    scores = right / 256
    logits = np.log(np.maximum(scores, 1e-3) / np.maximum(1 - scores, 1e-3))
    for numbers in (scores, logits):
        powers = np.exp(numbers - numbers.max())
        if np.abs(codes - 256 * powers / powers.sum()).max() <= 3:
            return "softmax", ""
    if np.abs(codes - 256 / (1 + np.exp(-scores))).max() <= 2:
        return "sigmoid", ""
    return "kernel", ""


TYPES_WIDTH = {"uint8": 1, "int8": 1, "float32": 4}


def decisions_by(spec, codes):
    """The labels of the right rule (None) and of each wrong one."""
    ks, labels = spec.ks, spec.labels
    present = [q >= k for q, k in zip(codes, ks)]
    alphabetical = sorted(range(len(labels)), key=lambda c: labels[c])

    def names(flags, order=range(len(labels))):
        return {labels[c] for flag, c in zip(flags, order) if flag}

    return {
        None: names(present),
        "greater": names([q > k for q, k in zip(codes, ks)]),
        "half": names([q >= 128 for q in codes]),
        "global": names([q >= spec.global_k for q in codes]),
        "best": {labels[int(np.argmax(codes))]},
        "decisionOrder": names(present, alphabetical),
        "reversed": names(present, range(len(labels) - 1, -1, -1)),
    }


def app_codes(spec, case, found):
    data = found.get("output")
    if data is not None and len(data) == len(spec.labels) * TYPES_WIDTH[spec.output]:
        return decode_output(np.frombuffer(data, TYPES[spec.output]), spec.output)
    return case["codes"]["xnnpack"]


def labels_in(data):
    return {line for line in data.decode("utf-8", "replace").replace("\r", "").split("\n") if line != ""}


def decision_matches(spec, results):
    """In how many cases each rule gives the app's labels."""
    matches = {}
    for case in spec.cases:
        found = results[case["name"]]
        if "labels" in found:
            for rule, labels in decisions_by(spec, app_codes(spec, case, found)).items():
                matches[rule] = matches.get(rule, 0) + (labels == labels_in(found["labels"]))
    return matches


def decision_fault(spec, case, found, matches):
    rules = decisions_by(spec, app_codes(spec, case, found))
    shown = labels_in(found["labels"])
    if rules[None] == shown:
        return None
    fitting = [rule for rule, labels in rules.items() if labels == shown]
    if not fitting:
        return "unknownDecisions"
    best = max(fitting, key=lambda rule: matches[rule])
    return "decisionOrder" if best == "reversed" else best


def check(spec, results):
    """Prints one line per case. Returns how many pass."""
    totals, matches = pixel_totals(spec, results), decision_matches(spec, results)
    passed = 0
    for case in spec.cases:
        found = results[case["name"]]
        cause, said = None, []
        exact = True
        pixels = case["pixels"]
        if "pixels" in found:
            cause, exact = pixel_fault(spec, case, found["pixels"], totals)
            said.append("pixels" if exact else "pixels as near as decoders are")
            if cause is None:
                pixels = np.frombuffer(found["pixels"], np.uint8)
        if cause is None and "input" in found:
            cause = input_fault(spec, found["input"], pixels)
            # This program feeds the bundle's own pixels, because the output can be compared only then.
            if cause is not None and not exact and input_fault(spec, found["input"], case["pixels"]) is None:
                cause, exact = None, True
            said.append("input")
        if cause is None and "output" in found and exact:
            cause, family = output_fault(spec, case, found["output"])
            said.append(f"output ({family})")
        if cause is None and "labels" in found:
            cause = decision_fault(spec, case, found, matches)
            said.append("labels")
        if not found:
            print(f"none  {case['name']:16} no files of this case")
        elif cause is None:
            passed += 1
            print(f"ok    {case['name']:16} {', '.join(said)}")
        else:
            step, text = spec.causes[cause]
            print(f"FAIL  {case['name']:16} {step}: {text} [{cause}]")
    total = len(spec.cases)
    print(f"{passed} of {total} parity cases pass." + (" You are done." if passed == total else ""))
    return passed == total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--app", type=Path, metavar="FOLDER", help="check the files that an app wrote")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the results of this computer")
    options = parser.parse_args()
    spec = Cases(BUNDLE)
    if options.app is not None:
        if not options.app.is_dir():
            sys.exit(f"{options.app} is not a folder.")
        results = {case["name"]: read_results(options.app, case) for case in spec.cases}
    else:
        here = Here(BUNDLE, spec)
        print(f"Running the model with {here.library}.")
        results = {case["name"]: here.results(case) for case in spec.cases}
    if options.write is not None:
        options.write.mkdir(parents=True, exist_ok=True)
        for name, found in results.items():
            for kind, data in found.items():
                (options.write / f"{name}.{kind}").write_bytes(data)
    sys.exit(0 if check(spec, results) else 1)


if __name__ == "__main__":
    main()
