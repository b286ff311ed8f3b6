import { Document, parse, visit, YAMLParseError } from 'yaml';
import { create } from 'zustand';
import { fieldError, yamlReason } from '../../shared/fieldError.ts';
import type { Message } from '../../shared/message.ts';
import { message } from '../../shared/message.ts';
import type { Config, UnlabeledMeaning } from '../../shared/config.ts';
import { configSchema } from '../../shared/config.ts';
import type { ConfigChoices, Preflight, RunSummary } from '../../shared/contract/runs.ts';
import { FITTED_PRESET } from '../../shared/fittedPreset.ts';
import { toProblemData } from '../../shared/problem.ts';
import { totalSeconds } from '../../shared/totalSeconds.ts';
import { call } from '../api/client.ts';
import { attempt } from '../stores/studio.ts';
import type { FieldIssue } from './settings.ts';
import { differences, withValue } from './settings.ts';

/** The settings of the next run, shown as a form and as YAML. */
interface ConfigState {
  readonly project: string | null;
  readonly choices: ConfigChoices | null;
  readonly preset: string | null;
  /** Whether presets start from ImageNet weights where these are on this machine. */
  readonly imageNet: boolean;
  /** The preset's values, which changes are compared with and reset to. */
  readonly base: Config;
  readonly config: Config;
  readonly yaml: string;
  /** What is wrong with the typed YAML. Meanwhile the form keeps the last valid settings. */
  readonly yamlError: Message | null;
  /** Why the value of a field is rejected, by key. */
  readonly fieldIssues: Readonly<Record<string, FieldIssue>>;
  readonly preflight: Preflight | null;
  /** Seconds that a run with each preset would take on this machine, as far as they are known. */
  readonly presetSeconds: Readonly<Record<string, number | null>>;
  /** Whether the epochs and the teacher of the balanced preset were chosen for this machine. */
  readonly fitted: boolean;
  readonly measuring: boolean;
  /** Changed settings that others replaced, for undo, and those that were undone, for redo. */
  readonly replaced: readonly KeptSettings[];
  readonly undone: readonly KeptSettings[];
}

type KeptSettings = Pick<ConfigState, 'preset' | 'base' | 'config' | 'yaml' | 'yamlError'>;

const defaults = configSchema.parse({});
export const useConfig = create<ConfigState>(() => ({
  project: null,
  choices: null,
  preset: null,
  imageNet: true,
  base: defaults,
  config: defaults,
  yaml: '',
  yamlError: null,
  fieldIssues: {},
  preflight: null,
  presetSeconds: {},
  fitted: false,
  measuring: false,
  replaced: [],
  undone: [],
}));
const set = useConfig.setState;
const get = useConfig.getState;

/** Writes lists, such as the three numbers of a color, on one line. */
function yamlOf(config: Config): string {
  const document = new Document(config);
  visit(document, {
    Seq: (_, list) => {
      list.flow = true;
    },
  });
  return document.toString({ flowCollectionPadding: false });
}

export async function loadChoices(project: string, sample: boolean): Promise<void> {
  if (get().project === project && get().choices !== null) return;
  const choices = await attempt(() => call('config.choices', { project }));
  if (choices === null) return;
  // Settings of a run may have been adopted before the choices arrived.
  const adopted = get().project === project;
  set({ project, choices, preflight: null, presetSeconds: {}, fitted: false });
  if (adopted) return;
  const name = sample ? 'demo' : FITTED_PRESET;
  const preset = presetNamed(name);
  if (choices.own !== null) begin(choices.own, choices.defaults, null);
  else if (preset !== undefined) {
    const config = settingsOf(preset);
    begin(config, config, name);
  }
}

type Preset = ConfigChoices['presets'][number];
const settingsOf = ({ config, pretrained }: Preset): Config => (get().imageNet ? (pretrained ?? config) : config);

const chosenPreset = ({ choices, preset }: ConfigState): Preset | undefined =>
  choices?.presets.find(({ name }) => name === preset);

/** Whether the chosen preset would start from ImageNet weights that are not on this machine yet. */
export const waitsForImageNet = (state: ConfigState): boolean =>
  state.imageNet && chosenPreset(state)?.pretrained === null;

/** Whether the chosen preset takes the largest teacher whose weights are on this machine. */
export const choosesTeacher = ({ imageNet, preset }: ConfigState): boolean =>
  imageNet && (preset === 'balanced' || preset === 'best');

/** Switches between a preset's settings from ImageNet weights and those from scratch. */
export function startFromImageNet(imageNet: boolean): void {
  set({ imageNet, presetSeconds: {} });
  const { preset } = get();
  if (preset !== null) choosePreset(preset);
}

/** Reads the presets again after weights were downloaded, and adopts them unless settings were changed meanwhile. */
export async function adoptWeights(project: string): Promise<void> {
  const choices = await attempt(() => call('config.choices', { project }));
  if (choices === null || get().project !== project) return;
  set({ choices, presetSeconds: {}, fitted: false });
  const { preset, base, config, yamlError } = get();
  const untouched = differences(base, config).length === 0 && yamlError === null;
  if (preset !== null && untouched) choosePreset(preset);
}

/** The answer about images without labels belongs to the project, so settings on screen adopt a new answer. */
export function adoptUnlabeled(project: string, unlabeled: UnlabeledMeaning): void {
  const { project: own, choices, base, config } = get();
  if (own !== project || choices === null) return;
  const answered = (settings: Config): Config => ({ ...settings, data: { ...settings.data, unlabeled } });
  const changed = answered(config);
  set({
    choices: {
      ...choices,
      defaults: answered(choices.defaults),
      presets: choices.presets.map((preset) => ({
        ...preset,
        config: answered(preset.config),
        pretrained: preset.pretrained === null ? null : answered(preset.pretrained),
      })),
      own: choices.own === null ? null : answered(choices.own),
    },
    base: answered(base),
    config: changed,
    // Invalid YAML is left as it is, because a person is typing it.
    ...(get().yamlError === null && { yaml: yamlOf(changed) }),
  });
}

const presetNamed = (name: string): Preset | undefined => get().choices?.presets.find((other) => other.name === name);

export function choosePreset(name: string): void {
  const preset = presetNamed(name);
  if (preset === undefined) return;
  const config = settingsOf(preset);
  adopt(config, config, name);
}

/** Adopts the settings of a run, to run them again. */
export function adoptRun({ project, config, preset }: Pick<RunSummary, 'project' | 'config' | 'preset'>): void {
  if (get().project === project) return adopt(config, config, preset);
  set({ project, choices: null, presetSeconds: {}, fitted: false });
  begin(config, config, preset);
}

/** Shows the first settings of a project. Undo does not go back to the previous project. */
function begin(config: Config, base: Config, preset: string | null): void {
  show({ config, base, preset, yaml: yamlOf(config), yamlError: null });
  set({ replaced: [], undone: [] });
}

/** Replaces the settings. Changed ones can be restored with undo. */
export function adopt(config: Config, base: Config, preset: string | null): void {
  const { replaced, base: former, config: before, yamlError } = get();
  if (differences(former, before).length > 0 || yamlError !== null)
    set({ replaced: [...replaced, kept()], undone: [] });
  show({ config, base, preset, yaml: yamlOf(config), yamlError: null });
}

export function undo(): void {
  const { replaced, undone } = get();
  const last = replaced.at(-1);
  if (last === undefined) return;
  set({ replaced: replaced.slice(0, -1), undone: [...undone, kept()] });
  show(last);
}

export function redo(): void {
  const { replaced, undone } = get();
  const last = undone.at(-1);
  if (last === undefined) return;
  set({ replaced: [...replaced, kept()], undone: undone.slice(0, -1) });
  show(last);
}

function kept(): KeptSettings {
  const { preset, base, config, yaml, yamlError } = get();
  return { preset, base, config, yaml, yamlError };
}

const show = (settings: KeptSettings): void => set({ ...settings, fieldIssues: {}, preflight: null });

export function setValue(key: string, value: unknown): void {
  const { config, fieldIssues } = get();
  const others = Object.fromEntries(Object.entries(fieldIssues).filter(([other]) => other !== key));
  const changed = withValue(config, key, value);
  if ('issue' in changed) set({ fieldIssues: { ...others, [key]: changed.issue } });
  else set({ config: changed.config, yaml: yamlOf(changed.config), yamlError: null, fieldIssues: others });
}

export function setYaml(yaml: string): void {
  set({ yaml });
  try {
    const parsed = configSchema.safeParse(parse(yaml) ?? {});
    if (parsed.success) set({ config: parsed.data, yamlError: null, fieldIssues: {} });
    else
      set({
        yamlError: message('config.settingErrors', { errors: parsed.error.issues.slice(0, 3).flatMap(yamlErrors) }),
      });
  } catch (error) {
    const [line] = error instanceof YAMLParseError ? (error.linePos ?? []) : [];
    set({ yamlError: message('setting.yamlLine', { line: line?.line ?? 1, reason: yamlReason(error as Error) }) });
  }
}

function yamlErrors(issue: FieldIssue): Message[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => message('setting.unknown', { key: [...issue.path, key].join('.') }));
  return [fieldError(issue, issue.path.join('.'))];
}

/** Measures the cost of the settings by timing real steps on this machine, also if it was measured before. */
export const measureAgain = (): Promise<void> => measure(true);

export async function measure(again = false): Promise<void> {
  const { project, preset, measuring } = get();
  if (project === null || measuring) return;
  set({ measuring: true, ...(again && { presetSeconds: {} }) });
  if (preset === FITTED_PRESET) await fitToMachine(project);
  const { config } = get();
  const preflight = await costOf(project, config, again);
  // Meanwhile the settings may have been changed, and then are measured themselves.
  set({ measuring: false, ...(preflight !== null && get().config === config && { preflight }) });
}

/**
 * Chooses the teacher and the epochs of the balanced preset by what this machine can do in about two hours. Settings that
 * a person changed are left as they are.
 */
async function fitToMachine(project: string): Promise<void> {
  const { choices, fitted } = get();
  const pretrained = presetNamed(FITTED_PRESET)?.pretrained ?? null;
  if (choices === null || fitted || pretrained === null) return;
  const config = await ifNotCanceled(() => call('config.fit', { project, config: pretrained }));
  if (config === null || get().choices !== choices) return;
  const presets = choices.presets.map((preset) =>
    preset.name === FITTED_PRESET ? { ...preset, pretrained: config } : preset,
  );
  set({ choices: { ...choices, presets }, fitted: true });
  const { preset, base, config: shown, yamlError } = get();
  const untouched = differences(base, shown).length === 0 && yamlError === null;
  if (preset === FITTED_PRESET && untouched && get().imageNet) choosePreset(FITTED_PRESET);
}

/** Measures the first preset whose time is not known yet. */
export async function measurePreset(): Promise<void> {
  const { project, choices, measuring } = get();
  const preset = choices === null ? undefined : unmeasured(get());
  if (project === null || measuring || preset === undefined) return;
  set({ measuring: true });
  if (preset.name === FITTED_PRESET) await fitToMachine(project);
  const preflight = await costOf(project, settingsOf(presetNamed(preset.name) ?? preset), false);
  // Settings that cannot run have no time, and are not measured over and over.
  const seconds = preflight === null || preflight.problem !== null ? null : secondsOf(preflight);
  set(({ presetSeconds }) => ({ measuring: false, presetSeconds: { ...presetSeconds, [preset.name]: seconds } }));
}

/** The first preset on screen whose time is not known. */
export const unmeasured = ({ choices, presetSeconds }: ConfigState): Preset | undefined =>
  choices?.presets.find(({ name }) => name !== 'demo' && !(name in presetSeconds));

export const secondsOf = ({ stageSeconds }: Preflight): number | null =>
  stageSeconds.length === 0 ? null : totalSeconds(stageSeconds);

const costOf = (project: string, config: Config, again: boolean): Promise<Preflight | null> =>
  ifNotCanceled(() => call('run.preflight', { project, config, again }));

/** Null if it failed, or if a run was started meanwhile, which ends measurements. */
const ifNotCanceled = <T>(ask: () => Promise<T>): Promise<T | null> =>
  attempt(() =>
    ask().catch((error: unknown) => {
      if (toProblemData(error).kind === 'cancelled') return null;
      throw error;
    }),
  );
