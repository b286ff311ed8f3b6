import { beforeEach, describe, expect, test, vi } from 'vitest';
import { configSchema } from '../../shared/config.ts';
import { inSpanish } from '../../shared/spanish/translate.ts';

const call = vi.fn();
vi.mock('../api/client.ts', () => ({
  call: (...asked: unknown[]) => call(...asked) as unknown,
  listen: () => undefined,
}));
const { adopt, adoptRun, choosePreset, loadChoices, redo, setValue, setYaml, undo, useConfig } =
  await import('./configStore.ts');

const defaults = configSchema.parse({});
const fast = configSchema.parse({ student: { epochs_finetune: 3 } });

beforeEach(async () => {
  call.mockReset();
  call.mockResolvedValue({
    defaults,
    presets: [
      { name: 'fast', config: fast },
      { name: 'balanced', config: defaults },
    ],
    own: null,
    file: 'destila.yaml',
  });
  useConfig.setState({ project: null, choices: null });
  await loadChoices('p', false);
});

test('settings of a run that are taken over before the choices have come are kept', async () => {
  useConfig.setState({ project: null, choices: null });
  adoptRun({ project: 'p', config: fast, preset: null });
  await loadChoices('p', false);
  expect(useConfig.getState()).toMatchObject({
    config: { student: { epochs_finetune: 3 } },
    choices: { file: 'destila.yaml' },
  });
  // Another project's are not.
  await loadChoices('q', false);
  expect(useConfig.getState().config).toEqual(defaults);
});

describe('the settings as a form and as YAML are one state', () => {
  test('a value set in the form stands in the YAML', () => {
    setValue('student.alpha', 0.25);
    expect(useConfig.getState().yaml).toMatch(/^student:\n(?: .*\n)* {2}alpha: 0\.25$/m);
  });
  test('a line typed in the YAML stands in the form; the text is left as typed', () => {
    const typed = '# mine\nstudent: { alpha: 0.5 }\n';
    setYaml(typed);
    expect(useConfig.getState()).toMatchObject({
      yaml: typed,
      yamlComplaint: null,
      config: { student: { alpha: 0.5 } },
    });
  });
  test('YAML that is none, or says what is not allowed, is complained of and changes nothing', () => {
    setValue('student.alpha', 0.25);
    for (const [text, names] of [
      ['student: {', ''],
      ['student: { alpha: 7 }', 'student.alpha'],
      ['nonsense: 1', 'nonsense'],
    ] as const) {
      setYaml(text);
      expect(useConfig.getState().yamlComplaint, text).toContain(names);
      expect(useConfig.getState().config.student.alpha).toBe(0.25);
    }
  });
  test('a value that is not allowed is complained of at its field until a good one comes', () => {
    setValue('student.alpha', 7);
    expect(Object.keys(useConfig.getState().complaints)).toEqual(['student.alpha']);
    expect(useConfig.getState().config.student.alpha).toBe(defaults.student.alpha);
    setValue('student.alpha', 0.3);
    expect(useConfig.getState().complaints).toEqual({});
  });
  test('complaints are the same plain words as on the command line, and are told in Spanish', () => {
    setValue('student.alpha', 1.5);
    setValue('data.max_megapixels', 'x');
    expect(Object.values(useConfig.getState().complaints)).toEqual([
      'It must be at most 1.',
      'It must be of type number.',
    ]);
    expect(Object.values(useConfig.getState().complaints).map(inSpanish)).toEqual([
      'El valor tiene que ser 1 o menos.',
      'El valor tiene que ser un número.',
    ]);
    setYaml('seed: 1\nteacher: { architecture: resnet50, color: 3 }\n');
    expect(inSpanish(useConfig.getState().yamlComplaint!)).toMatch(
      /^teacher\.architecture está mal: no se conoce la arquitectura “resnet50”; tiene que ser una de .*\.\najuste desconocido teacher\.color\.$/,
    );
    setYaml('a: [\n');
    expect(useConfig.getState().yamlComplaint).toMatch(/^line \d+: this is not YAML \([^\n]+\)\.$/);
    expect(inSpanish(useConfig.getState().yamlComplaint!)).toMatch(/^línea \d+: esto no es YAML válido \(.+\)\.$/);
  });
});

describe('presets', () => {
  test('balanced is chosen at first; another one replaces values and what they are compared with', () => {
    expect(useConfig.getState()).toMatchObject({ preset: 'balanced', config: defaults });
    choosePreset('fast');
    expect(useConfig.getState()).toMatchObject({ preset: 'fast', config: fast, base: fast });
  });
  test('the settings of another run are taken whole', () => {
    setYaml('student: {');
    adopt(fast, defaults, null);
    expect(useConfig.getState()).toMatchObject({ config: fast, base: defaults, yamlComplaint: null, complaints: {} });
  });
  test("the project's own file comes first", async () => {
    call.mockResolvedValue({ defaults, presets: [], own: fast, file: 'destila.yaml' });
    await loadChoices('q', false);
    expect(useConfig.getState()).toMatchObject({ project: 'q', preset: null, config: fast, base: defaults });
  });
});

describe('settings that others took the place of', () => {
  const alpha = (): number => useConfig.getState().config.student.alpha;
  test('come back as they were, with the preset that they were changed from', () => {
    setYaml('# mine\nstudent: { alpha: 0.25 }\n');
    choosePreset('fast');
    undo();
    expect(useConfig.getState()).toMatchObject({
      preset: 'balanced',
      base: defaults,
      yaml: '# mine\nstudent: { alpha: 0.25 }\n',
    });
    expect(alpha()).toBe(0.25);
    redo();
    expect(useConfig.getState()).toMatchObject({ preset: 'fast', config: fast });
  });
  test('presets that nobody changed are passed over on the way back', () => {
    setValue('student.alpha', 0.25);
    choosePreset('fast');
    choosePreset('balanced');
    undo();
    expect(alpha()).toBe(0.25);
    undo();
    expect(alpha()).toBe(0.25);
  });
  test('what was changed since is not lost by the way back', () => {
    setValue('student.alpha', 0.25);
    choosePreset('fast');
    setValue('student.alpha', 0.75);
    undo();
    expect(alpha()).toBe(0.25);
    redo();
    expect(alpha()).toBe(0.75);
  });
  test('a text that is no YAML yet is kept too; the settings of a run and a reset can be undone like a preset', () => {
    setYaml('student: {');
    adoptRun({ project: 'p', config: fast, preset: null });
    undo();
    expect(useConfig.getState()).toMatchObject({ yaml: 'student: {', preset: 'balanced' });
    expect(useConfig.getState().yamlComplaint).not.toBeNull();
  });
  test('another project does not get them', async () => {
    setValue('student.alpha', 0.25);
    choosePreset('fast');
    setValue('student.alpha', 0.75);
    await loadChoices('q', false);
    undo();
    expect(alpha()).toBe(defaults.student.alpha);
    adoptRun({ project: 'p', config: fast, preset: null });
    undo();
    expect(useConfig.getState().config).toEqual(fast);
  });
});
