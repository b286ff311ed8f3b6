import { beforeEach, describe, expect, test, vi } from 'vitest';
import { configSchema } from '../../shared/config.ts';
import { fieldError } from '../../shared/fieldError.ts';
import { translator } from '../../shared/locales/translate.ts';
import { message, say } from '../../shared/message.ts';
import { Problem } from '../../shared/problem.ts';

const call = vi.fn();
vi.mock('../api/client.ts', () => ({
  call: (...asked: unknown[]) => call(...asked) as unknown,
  listen: () => undefined,
}));
const configStore = await import('./configStore.ts');
const {
  adopt,
  adoptRun,
  adoptUnlabeled,
  choosePreset,
  loadChoices,
  measure,
  redo,
  setValue,
  setYaml,
  undo,
  useConfig,
} = configStore;
const { useStudio } = await import('../stores/studio.ts');

const defaults = configSchema.parse({});
const spanish = translator('es');
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

test('settings of a run that are adopted before the choices arrive are kept', async () => {
  useConfig.setState({ project: null, choices: null });
  adoptRun({ project: 'p', config: fast, preset: null });
  await loadChoices('p', false);
  expect(useConfig.getState()).toMatchObject({
    config: { student: { epochs_finetune: 3 } },
    choices: { file: 'destila.yaml' },
  });
  // Another project does not get them.
  await loadChoices('q', false);
  expect(useConfig.getState().config).toEqual(defaults);
});

describe('the settings as a form and as YAML are one state', () => {
  test('a value set in the form appears in the YAML', () => {
    setValue('student.alpha', 0.25);
    expect(useConfig.getState().yaml).toMatch(/^student:\n(?: .*\n)* {2}alpha: 0\.25$/m);
  });
  test('a line typed in the YAML appears in the form; the text stays as typed', () => {
    const typed = '# mine\nstudent: { alpha: 0.5 }\n';
    setYaml(typed);
    expect(useConfig.getState()).toMatchObject({
      yaml: typed,
      yamlError: null,
      config: { student: { alpha: 0.5 } },
    });
  });
  test('invalid YAML and invalid values in it have an error and change nothing', () => {
    setValue('student.alpha', 0.25);
    for (const [text, names] of [
      ['student: {', ''],
      ['student: { alpha: 7 }', 'student.alpha'],
      ['nonsense: 1', 'nonsense'],
    ] as const) {
      setYaml(text);
      expect(useConfig.getState().yamlError?.text, text).toContain(names);
      expect(useConfig.getState().config.student.alpha).toBe(0.25);
    }
  });
  test('an invalid value has an error at its field until it is corrected', () => {
    setValue('student.alpha', 7);
    expect(Object.keys(useConfig.getState().fieldIssues)).toEqual(['student.alpha']);
    expect(useConfig.getState().config.student.alpha).toBe(defaults.student.alpha);
    setValue('student.alpha', 0.3);
    expect(useConfig.getState().fieldIssues).toEqual({});
  });
  test('errors are sentences about the name of the setting, in the language of the interface', () => {
    setValue('student.alpha', 1.5);
    setValue('data.max_megapixels', 'x');
    const errors = (name: string): string[] =>
      Object.values(useConfig.getState().fieldIssues).map((issue) => say(spanish, fieldError(issue, name)));
    expect(errors('Alfa')).toEqual(['Alfa tiene que ser 1 o menos.', 'Alfa tiene que ser un número.']);
  });
  test('errors in the YAML name the key and can be translated', () => {
    setYaml('seed: 1\nteacher: { architecture: resnet50, colour: 3 }\n');
    expect(say(spanish, useConfig.getState().yamlError!)).toMatch(
      /^teacher\.architecture: no se conoce la red “resnet50”\. Elige .*\.\nparámetro desconocido teacher\.colour\.$/,
    );
    setYaml('a: [\n');
    expect(useConfig.getState().yamlError).toMatchObject({ code: 'setting.yamlLine', params: { line: 2 } });
  });
});

describe('presets', () => {
  test('balanced is the default; another preset replaces the values and the base of comparison', () => {
    expect(useConfig.getState()).toMatchObject({ preset: 'balanced', config: defaults });
    choosePreset('fast');
    expect(useConfig.getState()).toMatchObject({ preset: 'fast', config: fast, base: fast });
  });
  test('the settings of another run are adopted as a whole', () => {
    setYaml('student: {');
    adopt(fast, defaults, null);
    expect(useConfig.getState()).toMatchObject({ config: fast, base: defaults, yamlError: null, fieldIssues: {} });
  });
  test("the project's own file has priority", async () => {
    call.mockResolvedValue({ defaults, presets: [], own: fast, file: 'destila.yaml' });
    await loadChoices('q', false);
    expect(useConfig.getState()).toMatchObject({ project: 'q', preset: null, config: fast, base: defaults });
  });
});

describe('replaced settings', () => {
  const alpha = (): number => useConfig.getState().config.student.alpha;
  test('are restored with the preset that they were changed from', () => {
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
  test('undo skips unchanged presets', () => {
    setValue('student.alpha', 0.25);
    choosePreset('fast');
    choosePreset('balanced');
    undo();
    expect(alpha()).toBe(0.25);
    undo();
    expect(alpha()).toBe(0.25);
  });
  test('undo does not lose later changes', () => {
    setValue('student.alpha', 0.25);
    choosePreset('fast');
    setValue('student.alpha', 0.75);
    undo();
    expect(alpha()).toBe(0.25);
    redo();
    expect(alpha()).toBe(0.75);
  });
  test('invalid YAML is restored as well; adopting a run and a reset can be undone like a preset', () => {
    setYaml('student: {');
    adoptRun({ project: 'p', config: fast, preset: null });
    undo();
    expect(useConfig.getState()).toMatchObject({ yaml: 'student: {', preset: 'balanced' });
    expect(useConfig.getState().yamlError).not.toBeNull();
  });
  test('are not available in another project', async () => {
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

describe('the choices of a project', () => {
  test('are fetched once, and the sample begins with its own preset', async () => {
    expect(call.mock.calls).toEqual([['config.choices', { project: 'p' }]]);
    await loadChoices('p', false);
    expect(call).toHaveBeenCalledTimes(1);
    const presets = ['balanced', 'demo'].map((name, i) => ({ name, config: [defaults, fast][i]! }));
    call.mockResolvedValue({ defaults, presets, own: null, file: 'destila.yaml' });
    useConfig.setState({ preflight: { seconds: 1 } as never });
    await loadChoices('q', true);
    expect(useConfig.getState()).toMatchObject({
      project: 'q',
      preset: 'demo',
      config: fast,
      base: fast,
      preflight: null,
    });
  });

  test('that cannot be fetched leave everything, and are fetched again', async () => {
    const before = useConfig.getState();
    call.mockRejectedValue(Problem.from({ kind: 'file', message: 'It cannot be read.' }));
    await loadChoices('q', false);
    expect(useConfig.getState()).toEqual(before);
    expect(useStudio.getState().problem).toMatchObject({ kind: 'file' });
    useConfig.setState({ choices: null });
    call.mockClear();
    await loadChoices('p', false);
    expect(call).toHaveBeenCalledTimes(1);
  });

  test('may lack a preset, which is not chosen then', async () => {
    call.mockResolvedValue({ defaults, presets: [], own: null, file: 'destila.yaml' });
    const before = useConfig.getState();
    await loadChoices('q', false);
    expect(useConfig.getState()).toEqual({ ...before, project: 'q', choices: useConfig.getState().choices });
    choosePreset('balanced');
    expect(useConfig.getState().config).toBe(before.config);
  });
});

describe('an answer about images without labels', () => {
  const answerOf = ({ data }: { data: { unlabeled: string } }): string => data.unlabeled;
  test('is adopted by all settings of its project', async () => {
    call.mockResolvedValue({ defaults, presets: [{ name: 'fast', config: fast }], own: fast, file: 'destila.yaml' });
    await loadChoices('q', false);
    setValue('student.alpha', 0.25);
    adoptUnlabeled('p', 'none_of_these');
    expect(answerOf(useConfig.getState().config)).toBe('ask');
    adoptUnlabeled('q', 'none_of_these');
    const { choices, base, config, yaml } = useConfig.getState();
    const all = [config, base, choices!.defaults, choices!.own!, choices!.presets[0]!.config];
    expect(all.map(answerOf)).toEqual(Array(5).fill('none_of_these'));
    expect(config).toEqual({ ...fast, student: { ...fast.student, alpha: 0.25 }, data: config.data });
    expect(config.data).toEqual({ ...fast.data, unlabeled: 'none_of_these' });
    expect(choices).toMatchObject({ file: 'destila.yaml', presets: [{ name: 'fast' }] });
    expect(yaml).toMatch(/^ {2}unlabeled: none_of_these$/m);
  });

  test('leaves YAML that is being typed as it is, and waits for the choices', () => {
    setYaml('student: {');
    adoptUnlabeled('p', 'not_labeled_yet');
    expect(useConfig.getState().yaml).toBe('student: {');
    expect(answerOf(useConfig.getState().config)).toBe('not_labeled_yet');
    expect(useConfig.getState().choices!.own).toBeNull();
    useConfig.setState({ choices: null });
    adoptUnlabeled('p', 'none_of_these');
    expect(answerOf(useConfig.getState().config)).toBe('not_labeled_yet');
  });
});

describe('the cost of settings', () => {
  const cost = { seconds: 7 } as never;
  test('is measured once at a time, and shown', async () => {
    const { promise, resolve } = Promise.withResolvers<object>();
    call.mockClear().mockReturnValue(promise);
    const first = measure();
    await measure();
    expect(call.mock.calls).toEqual([['run.preflight', { project: 'p', config: useConfig.getState().config }]]);
    expect(useConfig.getState().measuring).toBe(true);
    resolve(cost);
    await first;
    expect(useConfig.getState()).toMatchObject({ measuring: false, preflight: cost });
    choosePreset('fast');
    expect(useConfig.getState().preflight).toBeNull();
  });

  test('is not measured without a project', async () => {
    useConfig.setState({ project: null });
    call.mockClear();
    await measure();
    expect(call).not.toHaveBeenCalled();
  });

  test('that cannot be measured stays as it was; only a run that was started meanwhile is no problem', async () => {
    useConfig.setState({ preflight: cost });
    useStudio.setState({ problem: null });
    call.mockRejectedValue(Problem.from({ kind: 'cancelled', message: 'A run was started.' }));
    await measure();
    expect([useConfig.getState().preflight, useStudio.getState().problem]).toEqual([cost, null]);
    call.mockRejectedValue(Problem.from({ kind: 'data', message: 'No images.' }));
    await measure();
    expect(useConfig.getState()).toMatchObject({ measuring: false, preflight: cost });
    expect(useStudio.getState().problem).toMatchObject({ kind: 'data' });
  });
});

describe('the text of settings', () => {
  test('has lists on one line', () => {
    setValue('seed', 3);
    expect(useConfig.getState().yaml).toMatch(/^ {2}padding_color: \[\d+, \d+, \d+\]$/m);
  });

  test('that is empty stands for the defaults', () => {
    choosePreset('fast');
    setYaml('');
    expect(useConfig.getState()).toMatchObject({ config: defaults, yaml: '', yamlError: null });
  });

  test('clears the errors of fields once it is valid, and names up to three of its own', () => {
    setValue('student.alpha', 7);
    setYaml('student: { alpha: 8, temperature: x }\nseed: y\ndata: { max_megapixels: z }\nnonsense: 1\n');
    expect(Object.keys(useConfig.getState().fieldIssues)).toEqual(['student.alpha']);
    expect(useConfig.getState().yamlError).toMatchObject({
      code: 'config.settingErrors',
      params: { errors: Array(3).fill({ text: expect.any(String) as string }) },
    });
    setYaml('student: { alpha: 0.5 }\n');
    expect(useConfig.getState()).toMatchObject({ fieldIssues: {}, yamlError: null });
  });

  test('names all unknown settings of a group by their keys', () => {
    setYaml('student: { one: 1, two: 2 }\n');
    expect(useConfig.getState().yamlError).toEqual(
      message('config.settingErrors', {
        errors: [
          message('setting.unknown', { key: 'student.one' }),
          message('setting.unknown', { key: 'student.two' }),
        ],
      }),
    );
  });

  test('that has an error is replaced by a value of the form, whose other errors stay', () => {
    setYaml('student: {');
    setValue('student.alpha', 7);
    setValue('seed', -0.5);
    expect(useConfig.getState().yamlError).not.toBeNull();
    setValue('seed', 4);
    expect(useConfig.getState().yamlError).toBeNull();
    expect(useConfig.getState().yaml).toMatch(/^seed: 4$/m);
    expect(Object.keys(useConfig.getState().fieldIssues)).toEqual(['student.alpha']);
  });
});

describe('undo', () => {
  test('without anything replaced changes nothing, and neither does redo', () => {
    setValue('student.alpha', 0.25);
    const before = useConfig.getState();
    undo();
    redo();
    expect(useConfig.getState()).toBe(before);
  });

  test('goes back step by step, and a new change forgets what was undone', () => {
    const alpha = (): number => useConfig.getState().config.student.alpha;
    setValue('student.alpha', 0.1);
    choosePreset('fast');
    setValue('student.alpha', 0.2);
    choosePreset('balanced');
    undo();
    expect([alpha(), useConfig.getState().preset]).toEqual([0.2, 'fast']);
    undo();
    expect([alpha(), useConfig.getState().preset]).toEqual([0.1, 'balanced']);
    redo();
    expect(alpha()).toBe(0.2);
    choosePreset('balanced');
    redo();
    expect(alpha()).toBe(defaults.student.alpha);
    undo();
    undo();
    expect(alpha()).toBe(0.1);
  });
});
