import { Document, parse, visit, YAMLParseError } from 'yaml';
import type { z } from 'zod';
import { create } from 'zustand';
import { complaint, yamlReason } from '../../shared/complaint.ts';
import type { Config, UnlabeledMeaning } from '../../shared/config.ts';
import { configSchema } from '../../shared/config.ts';
import type { ConfigChoices, Preflight, RunSummary } from '../../shared/contract/runs.ts';
import { toProblemData } from '../../shared/problem.ts';
import { call } from '../api/client.ts';
import { attempt } from '../stores/studio.ts';
import { differences, withValue } from './settings.ts';

/** The settings of the next run: one state, shown as a form and as YAML. */
interface ConfigState {
  readonly project: string | null;
  readonly choices: ConfigChoices | null;
  readonly preset: string | null;
  /** The preset's values, which 'was' and reset refer to. */
  readonly base: Config;
  readonly config: Config;
  readonly yaml: string;
  /** Why the typed YAML is not a valid config; the form keeps the last valid one. */
  readonly yamlComplaint: string | null;
  /** Why a field's value is rejected, by key. */
  readonly complaints: Readonly<Record<string, string>>;
  readonly preflight: Preflight | null;
  readonly measuring: boolean;
  /** Changed settings that were replaced, and those that were undone, so that no change is lost. */
  readonly replaced: readonly KeptSettings[];
  readonly undone: readonly KeptSettings[];
}

type KeptSettings = Pick<ConfigState, 'preset' | 'base' | 'config' | 'yaml' | 'yamlComplaint'>;

const defaults = configSchema.parse({});
export const useConfig = create<ConfigState>(() => ({
  project: null,
  choices: null,
  preset: null,
  base: defaults,
  config: defaults,
  yaml: '',
  yamlComplaint: null,
  complaints: {},
  preflight: null,
  measuring: false,
  replaced: [],
  undone: [],
}));
const set = useConfig.setState;
const get = useConfig.getState;

/** Keep a color's three numbers on one line. */
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
  const taken = get().project === project;
  set({ project, choices, preflight: null });
  if (taken) return;
  const name = sample ? 'demo' : 'balanced';
  const preset = presetNamed(name);
  if (choices.own !== null) begin(choices.own, choices.defaults, null);
  else if (preset !== undefined) begin(preset.config, preset.config, name);
}

/** The meaning of images without labels belongs to the project: settings on screen adopt a new answer. */
export function adoptUnlabeled(project: string, unlabeled: UnlabeledMeaning): void {
  const { project: own, choices, base, config } = get();
  if (own !== project || choices === null) return;
  const answered = (settings: Config): Config => ({ ...settings, data: { ...settings.data, unlabeled } });
  const changed = answered(config);
  set({
    choices: {
      ...choices,
      defaults: answered(choices.defaults),
      presets: choices.presets.map((preset) => ({ ...preset, config: answered(preset.config) })),
      own: choices.own === null ? null : answered(choices.own),
    },
    base: answered(base),
    config: changed,
    // Leave invalid YAML alone while it is being typed.
    ...(get().yamlComplaint === null && { yaml: yamlOf(changed) }),
  });
}

const presetNamed = (name: string): ConfigChoices['presets'][number] | undefined =>
  get().choices?.presets.find((other) => other.name === name);

export function choosePreset(name: string): void {
  const preset = presetNamed(name);
  if (preset !== undefined) adopt(preset.config, preset.config, name);
}

/** Loads a run's settings, to run them again. */
export function adoptRun({ project, config, preset }: Pick<RunSummary, 'project' | 'config' | 'preset'>): void {
  if (get().project === project) return adopt(config, config, preset);
  set({ project, choices: null });
  begin(config, config, preset);
}

/** Loads a project's first settings, without the previous project's history. */
function begin(config: Config, base: Config, preset: string | null): void {
  show({ config, base, preset, yaml: yamlOf(config), yamlComplaint: null });
  set({ replaced: [], undone: [] });
}

/** Replaces the settings; changes can be restored. */
export function adopt(config: Config, base: Config, preset: string | null): void {
  const { replaced, base: former, config: before, yamlComplaint } = get();
  if (differences(former, before).length > 0 || yamlComplaint !== null)
    set({ replaced: [...replaced, kept()], undone: [] });
  show({ config, base, preset, yaml: yamlOf(config), yamlComplaint: null });
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
  const { preset, base, config, yaml, yamlComplaint } = get();
  return { preset, base, config, yaml, yamlComplaint };
}

const show = (settings: KeptSettings): void => set({ ...settings, complaints: {}, preflight: null });

export function setValue(key: string, value: unknown): void {
  const { config, complaints } = get();
  const others = Object.fromEntries(Object.entries(complaints).filter(([other]) => other !== key));
  const changed = withValue(config, key, value);
  if ('complaint' in changed) set({ complaints: { ...others, [key]: changed.complaint } });
  else set({ config: changed.config, yaml: yamlOf(changed.config), yamlComplaint: null, complaints: others });
}

export function setYaml(yaml: string): void {
  set({ yaml });
  try {
    const parsed = configSchema.safeParse(parse(yaml) ?? {});
    if (parsed.success) set({ config: parsed.data, yamlComplaint: null, complaints: {} });
    else set({ yamlComplaint: parsed.error.issues.slice(0, 3).flatMap(yamlComplaints).join('\n') });
  } catch (error) {
    const [line] = error instanceof YAMLParseError ? (error.linePos ?? []) : [];
    set({ yamlComplaint: `line ${line?.line ?? 1}: this is not YAML (${yamlReason(error as Error)}).` });
  }
}

function yamlComplaints(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `unknown setting ${[...issue.path, key].join('.')}.`);
  return [complaint(issue, issue.path.join('.'))];
}

/** Times real training steps on this machine. */
export async function measure(): Promise<void> {
  const { project, config, measuring } = get();
  if (project === null || measuring) return;
  set({ measuring: true });
  const preflight = await attempt(() =>
    call('run.preflight', { project, config }).catch((error: unknown) => {
      // A run was started meanwhile and interrupted the measurement.
      if (toProblemData(error).kind === 'cancelled') return null;
      throw error;
    }),
  );
  set({ measuring: false, ...(preflight !== null && { preflight }) });
}
