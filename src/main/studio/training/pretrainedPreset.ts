import type { Architecture } from '../../../shared/architectures.ts';
import { memberNamed } from '../../../shared/architectures.ts';
import type { Config } from '../../../shared/config.ts';
import type { ConfigSources } from '../config/loadConfig.ts';
import { loadConfig, presetNames } from '../config/loadConfig.ts';

/** The file with pretrained weights of a network; null if none is on this machine. */
export type WeightsAtHand = (architecture: Architecture) => Promise<string | null>;

/** Networks worth training as a teacher of Lite1, the best first. */
const TEACHERS: readonly Architecture[] = ['efficientnet-b3', 'efficientnet-lite2'];
/** Presets with a teacher of their own, because they have to be quick. */
const QUICK = ['fast', 'demo'];

const variantOf = (preset: string): string => `${preset}-pretrained`;

export const hasPretrainedVariant = async (preset: string): Promise<boolean> =>
  (await presetNames()).includes(variantOf(preset));

/**
 * The pretrained variant of a preset with a file and single settings merged over it; null as for `pretrainedPreset`.
 * A network of another architecture gets weights of its own, if they are here.
 */
export async function pretrainedConfig(
  { preset, file, overrides }: ConfigSources & { readonly preset: string },
  atHand: WeightsAtHand,
): Promise<Config | null> {
  const base = await pretrainedPreset(preset, atHand);
  if (base === null) return null;
  const { config } = await loadConfig({ base, file, overrides });
  const fitting = async <Network extends Config['teacher'] | Config['student']>(
    own: Network,
    before: Network,
  ): Promise<Network> =>
    own.architecture === before.architecture || own.weights !== before.weights
      ? own
      : { ...own, weights: await atHand(own.architecture) };
  return {
    ...config,
    teacher: await fitting(config.teacher, base.teacher),
    student: await fitting(config.student, base.student),
  };
}

/**
 * The variant of a preset that starts from pretrained weights, which has settings of its own. Null when there is none, or
 * when the student's weights are not on this machine. Its teacher is the best network whose weights are here.
 */
export async function pretrainedPreset(name: string, atHand: WeightsAtHand): Promise<Config | null> {
  if (!(await hasPretrainedVariant(name))) return null;
  const variant = variantOf(name);
  const { config } = await loadConfig({ preset: variant });
  const weights = await atHand(config.student.architecture);
  if (weights === null) return null;
  const started = { ...config, student: { ...config.student, weights } };
  if (!QUICK.includes(name)) return (await teacherCandidates(started, atHand))[0]!;
  return { ...started, teacher: { ...config.teacher, weights: await atHand(config.teacher.architecture) } };
}

/**
 * The settings with each teacher worth training whose weights are on this machine, the best first, then without one. A
 * teacher as small as the student brought nothing (docs/benchmarks.md), so its time goes into the student.
 */
export async function teacherCandidates(config: Config, atHand: WeightsAtHand): Promise<Config[]> {
  const teachers = await Promise.all(TEACHERS.map((architecture) => teacherOf(architecture, atHand)));
  const taught = teachers
    .filter((teacher) => teacher !== null)
    .map((teacher) => ({ ...config, teacher: { ...config.teacher, ...teacher } }));
  return [...taught, await onLabelsAlone(config, atHand)];
}

/** The stage of the teacher then takes seconds: a head on a small input, for the comparison in the report. */
async function onLabelsAlone(config: Config, atHand: WeightsAtHand): Promise<Config> {
  const { teacher } = (await loadConfig({ preset: variantOf('fast') })).config;
  const weights = await atHand(teacher.architecture);
  return {
    ...config,
    teacher: { ...teacher, weights, epochs_head: 3 },
    student: { ...config.student, alpha: 1 },
  };
}

type Teacher = Pick<Config['teacher'], 'architecture' | 'input_size' | 'weights'>;

async function teacherOf(architecture: Architecture, atHand: WeightsAtHand): Promise<Teacher | null> {
  const weights = await atHand(architecture);
  return weights === null ? null : { architecture, input_size: memberNamed(architecture).inputSize, weights };
}
