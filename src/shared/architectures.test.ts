import { expect, test } from 'vitest';
import { architectureNamed, architectures, families, studentArchitectures, traitsOf } from './architectures.ts';

test.each([
  ['efficientnet-b3', 'efficientnet-b3'],
  ['EfficientNetB3', 'efficientnet-b3'],
  ['tf_efficientnet_b7', 'efficientnet-b7'],
  ['B0', 'efficientnet-b0'],
  ['EfficientNet-Lite B1', 'efficientnet-lite1'],
  ['tf_efficientnet_lite4', 'efficientnet-lite4'],
  ['lite 2', 'efficientnet-lite2'],
  ['mobilenetv4_conv_small', 'mobilenetv4-conv-small'],
  ['MobileNetV4', 'mobilenetv4-conv-small'],
  ['efficientnet-lite5', null],
  ['b8', null],
  ['resnet-50', null],
  ['', null],
])("settings that say '%s' mean %s", (name, architecture) => {
  expect(architectureNamed(name)).toBe(architecture);
});

test('no spelling means two networks', () => {
  for (const architecture of architectures) expect(architectureNamed(architecture)).toBe(architecture);
  const spellings = Object.values(families).flatMap(({ members }) =>
    Object.values<{ spellings: readonly string[] }>(members).flatMap((member) => member.spellings),
  );
  expect(new Set(spellings).size).toBe(spellings.length);
});

test('only what can be quantized can be a student', () => {
  expect(studentArchitectures.every((architecture) => traitsOf(architecture).quantizable)).toBe(true);
  expect(studentArchitectures).not.toContain('efficientnet-b0');
});
