import { stringify } from 'yaml';
import { z } from 'zod';
import { parameterCount } from '../../src/main/pipeline/models/registry.ts';
import {
  architectures,
  families,
  familyNames,
  memberNamed,
  membersOf,
  studentArchitectures,
} from '../../src/shared/architectures.ts';
import { augmentationSteps, configSchema } from '../../src/shared/config.ts';
import { translator } from '../../src/shared/locales/translate.ts';
import { settingMeaning } from '../../src/shared/settingWords.ts';

/** A setting: its meaning from the English catalog, the rest from its schema. */
export interface Setting {
  /** For example 'teacher.epochs_head'. */
  readonly key: string;
  readonly meaning: string;
  readonly defaultValue: unknown;
  /** Description of the allowed values. */
  readonly allowed: string;
}

export interface Section {
  readonly name: string | null;
  readonly title: string;
  readonly settings: readonly Setting[];
}

const english = translator('en');

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly prefixItems?: readonly JsonSchema[];
}

const titles: Readonly<Record<string, string>> = {
  data: 'Data',
  augmentation: 'Augmentation',
  engine: 'Engine',
  teacher: 'Teacher',
  student: 'Student',
  qat: 'Quantization',
  threshold_search: 'Thresholds',
  tflite_export: 'Export',
};

/** All settings in the order of the schema, those without a section first. */
export function settings(): Section[] {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const defaults = configSchema.parse({}) as Record<string, unknown>;
  const general: Setting[] = [];
  const sections: Section[] = [];
  for (const [name, entry] of Object.entries(schema.properties ?? {})) {
    if (entry.properties === undefined) {
      general.push(setting(name, entry, defaults[name]));
    } else {
      const values = defaults[name] as Record<string, unknown>;
      sections.push({
        name,
        title: titles[name] ?? name,
        settings: Object.entries(entry.properties).map(([key, inner]) => setting(`${name}.${key}`, inner, values[key])),
      });
    }
  }
  return [{ name: null, title: 'General', settings: general }, ...sections];
}

/** Allowed values that the schema cannot express: it accepts several spellings of a name, or has its own rule. */
const allowedValues: Readonly<Record<string, string>> = {
  'teacher.architecture': architectures.join(', '),
  'student.architecture': studentArchitectures.join(', '),
  'augmentation.order': `list of ${augmentationSteps.join(', ')}, each once`,
};

function setting(key: string, schema: JsonSchema, defaultValue: unknown): Setting {
  return { key, meaning: settingMeaning(key, english), defaultValue, allowed: allowedValues[key] ?? allowed(schema) };
}

function allowed(schema: JsonSchema): string {
  if (schema.anyOf !== undefined)
    return schema.anyOf.map((option) => (option.type === 'null' ? 'null' : allowed(option))).join('; or ');
  if (schema.enum !== undefined) return schema.enum.join(', ');
  if (schema.prefixItems !== undefined) return 'three whole numbers, 0 to 255';
  if (schema.type === 'integer' || schema.type === 'number')
    return `${schema.type === 'integer' ? 'whole number' : 'number'}${range(schema)}`;
  return Array.isArray(schema.type) && schema.type.includes('null') ? 'text; or null' : 'text';
}

/** Hides zod's implicit safe-integer bounds. */
const bound = (value: number | undefined): number | undefined =>
  value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;

function range(schema: JsonSchema): string {
  const low = bound(schema.minimum) ?? bound(schema.exclusiveMinimum);
  const high = bound(schema.maximum) ?? bound(schema.exclusiveMaximum);
  const from = schema.exclusiveMinimum !== undefined && bound(schema.minimum) === undefined ? 'above' : 'from';
  const to = schema.exclusiveMaximum !== undefined && bound(schema.maximum) === undefined ? 'below' : 'to';
  if (low !== undefined && high !== undefined) return `, ${from} ${low} ${to} ${high}`;
  if (low !== undefined) return from === 'from' ? `, at least ${low}` : `, above ${low}`;
  return high === undefined ? '' : `, at most ${high}`;
}

const WIDTH = 110;

/** Wraps a text into comment lines of at most WIDTH characters. */
function comment(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + word.length + 3 > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}# ${each}\n`).join('');
}

/** Writes 0.00001 instead of 1e-05, which is easier to read, and lists on one line. */
function yamlValue(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value) && Math.abs(value) < 1e-3)
    return value.toFixed(12).replace(/0+$/, '');
  return Array.isArray(value) ? `[${value.map(yamlValue).join(', ')}]` : stringify(value).trim();
}

/** resources/default.yaml: every setting with its meaning and its default. */
export function defaultYaml(): string {
  const head =
    '# Every setting of Destila Studio with its meaning and its default. Keep the ones you change and delete the rest.\n' +
    '# docs/configuration.md explains more. This file is generated by `npm run docs`.\n';
  return (
    head +
    settings()
      .map(({ name, settings: list }) => {
        const indent = name === null ? '' : '  ';
        const lines = list.map(
          ({ key, meaning, defaultValue, allowed: values }) =>
            `${comment(`${meaning} (${values})`, indent)}${indent}${key.slice(key.indexOf('.') + 1)}: ${yamlValue(defaultValue)}\n`,
        );
        return `\n${name === null ? '' : `${name}:\n`}${lines.join('')}`;
      })
      .join('')
  );
}

const INTRODUCTION = `# Settings

<!-- Generated by \`npm run docs\` from src/shared/config.ts and src/shared/locales/en.ts. -->

Settings come in layers, each of which overrides the previous ones:

1. the defaults below, which [\`resources/default.yaml\`](../resources/default.yaml) lists as a file,
2. a preset: \`--preset demo\` (files in [\`resources/presets\`](../resources/presets)),
3. a YAML file: \`--config my.yaml\`, or \`destila.yaml\` in the project folder (\`destila init\` writes one),
4. single settings: \`--set teacher.epochs_finetune=20\`, which can be repeated.

A file only needs the settings that differ from the defaults:

\`\`\`yaml
teacher:
  input_size: 240
  batch_size: 8
student:
  alpha: 0.5
\`\`\`

An unknown key or a wrong value ends the command before anything starts. The error names the file, the line and the most similar key.
A run keeps its settings in \`run.json\`, so that later changes of files do not affect it.

**What to change first.** If memory runs out, lower \`teacher.batch_size\`, then \`teacher.input_size\`. If training takes too long, lower \`input_size\` of teacher and student (the time grows with its square), then \`epochs_finetune\`. With few images, use more \`augmentation\` and \`dropout\`. If thresholds of rare classes vary between runs, raise \`threshold_search.smoothing\`. If false positives cost more than misses, set \`threshold_search.goal: precision\`.

From scratch (\`weights: null\`) all layers are trained from the start, and the settings of phase A (\`lr_head\`, \`epochs_head\`, \`unfreeze_fraction\`) have no effect. Learning rates of 0.001 to 0.003 then work better than the defaults, which are chosen for pretrained networks.
`;

const CLASSES_OF_IMAGENET = 1000;

/** Every network, from the registry. */
const networks = (): string =>
  [
    '| family | network | published weights were trained at | parameters | role |',
    '| --- | --- | --- | --- | --- |',
    ...familyNames.flatMap((family) =>
      membersOf(family).map((architecture) => {
        const millions = (parameterCount(architecture, CLASSES_OF_IMAGENET) / 1e6).toFixed(1);
        const role = families[family].quantizable ? 'teacher or student' : 'teacher';
        return `| ${families[family].title} | \`${architecture}\` | ${memberNamed(architecture).inputSize} px | ${millions} million | ${role} |`;
      }),
    ),
  ].join('\n');

/** Text before the table of a section. */
const notes: Readonly<Record<string, string>> = {
  augmentation: `Every image is augmented differently in every epoch. The draw depends only on \`seed\`, the epoch and the image's position in its split, so it is the same in every run and with any number of workers, and student and teacher see the same crop. Mirroring, zoom, rotation and shift are one resampling, and all color changes are one matrix. \`order\` is a list with the order of place, color, noise and erase (text such as \`place, colour, noise, erase\`, which earlier versions wrote, is still read). In the default order:

1. mirror (\`horizontal_flip\`, \`vertical_flip\`), then zoom, rotation, shift (\`geometry_probability\`), then RandAugment's rotation, shear and shift;
2. hue (rotated about the gray axis, \`hueRotate\` of W3C's Filter Effects), saturation (about the gray of Rec. 601), brightness, contrast (about 128) (\`color_probability\`), then RandAugment's brightness, contrast, saturation;
3. RandAugment's posterize and solarize;
4. Gaussian noise (\`noise_probability\`) with a deviation between 0 and \`noise\`;
5. a gray rectangle (\`erase\`) that covers 2% of the image up to \`erase_area\`, with an aspect ratio of 0.3 to 3.3;
6. MixUp over the batch; the teacher sees the blended image.

Values are drawn uniformly from their ranges. Sources: random erasing, Zhong et al. 2017 (arXiv 1708.04896); cutout, DeVries & Taylor 2017 (1708.04552); MixUp, Zhang et al. 2017 (1710.09412); RandAugment, Cubuk et al. 2019 (1909.13719), with the ranges of timm's \`auto_augment.py\`. Settings that may make labels wrong (upside down, strong hue, a large rectangle) cause a warning before and during a run.`,
  teacher: `**Networks**, with their parameters for 1000 classes. Other spellings are accepted too (\`EfficientNetB3\`, \`lite1\`).

${networks()}

**Losses**, for a logit z, p = 1 / (1 + exp(-z)) and a label y from 0 to 1, averaged over all known entries. Each accepts soft labels (MixUp, \`label_smoothing\`) by mixing the losses of present and absent:

- \`bce\`: -y log p - (1 - y) log(1 - p);
- \`focal\` (Lin et al. 2017, arXiv 1708.02002): -y a (1 - p)^g log p - (1 - y) (1 - a) p^g log(1 - p), g = \`focal_gamma\`, a = \`focal_alpha\` (both factors are 1 if it is null);
- \`asymmetric\` (Ridnik et al. 2021, arXiv 2009.14119): -y (1 - p)^g+ log p - (1 - y) q^g- log(1 - q), q = max(p - \`asymmetric_margin\`, 0);
- \`label_smoothing\` e: y becomes y (1 - e) + e / 2; \`positive_weights\` multiply the term with y;
- the student's loss: \`alpha\` x the loss above + (1 - \`alpha\`) T² bce(z / T, sigmoid(teacher's z / T)), T = \`temperature\`.`,
};

/** docs/configuration.md */
export function configurationMarkdown(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const tables = settings().map(({ name, title, settings: list }) =>
    [
      `## ${title}`,
      '',
      ...(notes[name ?? ''] === undefined ? [] : [notes[name ?? '']!, '']),
      '| setting | default | allowed | meaning |',
      '| --- | --- | --- | --- |',
      ...list.map(
        ({ key, defaultValue, allowed: values, meaning }) =>
          `| \`${key}\` | \`${cell(yamlValue(defaultValue))}\` | ${cell(values)} | ${cell(meaning)} |`,
      ),
    ].join('\n'),
  );
  return `${INTRODUCTION}\n${tables.join('\n\n')}\n`;
}
