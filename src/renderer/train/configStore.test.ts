import { beforeEach, describe, expect, test, vi } from 'vitest';
import { configSchema } from '../../shared/config.ts';
import { fieldError } from '../../shared/fieldError.ts';
import { translator } from '../../shared/locales/translate.ts';
import { say } from '../../shared/message.ts';

const call = vi.fn();
vi.mock('../api/client.ts', () => ({
  call: (...asked: unknown[]) => call(...asked) as unknown,
  listen: () => undefined,
}));
const {
  adopt,
  adoptRun,
  adoptWeights,
  choosePreset,
  loadChoices,
  measure,
  measurePreset,
  redo,
  setValue,
  setYaml,
  startFromImageNet,
  undo,
  useConfig,
} = await import('./configStore.ts');

const defaults = configSchema.parse({});
const spanish = translator('es');
const fast = configSchema.parse({ student: { epochs_finetune: 3 } });

beforeEach(async () => {
  call.mockReset();
  call.mockResolvedValue({
    defaults,
    presets: [
      { name: 'fast', config: fast, pretrained: null },
      { name: 'balanced', config: defaults, pretrained: null },
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
      /^teacher\.architecture: no se conoce la red “resnet50”\. Elige .*\.\najuste desconocido teacher\.colour\.$/,
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

describe('a preset with ImageNet weights on this machine', () => {
  const student = { weights: '/weights/lite1', epochs_finetune: 7 };
  const pretrained = configSchema.parse({ student });
  const choices = {
    defaults,
    presets: [
      { name: 'fast', config: fast, pretrained: null },
      { name: 'balanced', config: defaults, pretrained },
    ],
    own: null,
    file: 'destila.yaml',
  };

  test('starts from them, until that is switched off', async () => {
    call.mockResolvedValue(choices);
    useConfig.setState({ project: null, choices: null });
    await loadChoices('p', false);
    expect(useConfig.getState()).toMatchObject({ preset: 'balanced', config: { student } });
    startFromImageNet(false);
    expect(useConfig.getState().config).toEqual(defaults);
    startFromImageNet(true);
    expect(useConfig.getState().config).toEqual(pretrained);
  });

  test('takes them over after their download, but not over changed settings', async () => {
    call.mockResolvedValue(choices);
    await adoptWeights('p');
    expect(useConfig.getState().config).toEqual(pretrained);
    choosePreset('fast');
    setValue('student.alpha', 0.25);
    await adoptWeights('p');
    expect(useConfig.getState().config.student).toMatchObject({ alpha: 0.25, weights: null });
  });
});

describe('the times of the presets', () => {
  const cost = (seconds: number) => ({
    stageSeconds: [
      { stage: 'teacher', seconds },
      { stage: 'test', seconds: 1 },
    ],
    problem: null,
  });

  test('are measured one after another, each with the settings of its preset', async () => {
    const asked: unknown[] = [];
    call.mockImplementation((_: string, { config, again }: { config: unknown; again: boolean }) => {
      asked.push(config);
      expect(again).toBe(false);
      return Promise.resolve(cost(asked.length * 10));
    });
    for (let i = 0; i < 3; i++) await measurePreset();
    expect(asked).toEqual([fast, defaults]);
    expect(useConfig.getState().presetSeconds).toEqual({ fast: 11, balanced: 21 });
  });

  test('a preset that cannot run is not measured over and over', async () => {
    call.mockResolvedValue({ stageSeconds: [], problem: { kind: 'file' } });
    for (let i = 0; i < 3; i++) await measurePreset();
    expect(call.mock.calls.filter(([method]) => method === 'run.preflight')).toHaveLength(2);
    expect(useConfig.getState().presetSeconds).toEqual({ fast: null, balanced: null });
  });

  test('are unknown again with other weights', async () => {
    call.mockResolvedValue(cost(10));
    await measurePreset();
    startFromImageNet(false);
    expect(useConfig.getState().presetSeconds).toEqual({});
    startFromImageNet(true);
  });
});

describe('the balanced preset is fitted to the machine', () => {
  const student = { ...defaults.student, weights: '/weights/lite1.pth' };
  const pretrained = { ...defaults, student };
  const longer = { ...pretrained, student: { ...student, epochs_finetune: 14 } };
  const asked = (): string[] => call.mock.calls.map(([method]) => method as string);
  const open = async (): Promise<void> => {
    call.mockClear();
    call.mockImplementation((method: string) =>
      Promise.resolve(
        method === 'config.fit'
          ? longer
          : method === 'run.preflight'
            ? { stageSeconds: [], problem: null }
            : {
                defaults,
                presets: [{ name: 'balanced', config: defaults, pretrained }],
                own: null,
                file: 'destila.yaml',
              },
      ),
    );
    useConfig.setState({ project: null, choices: null });
    await loadChoices('p', false);
  };

  test('once, before it is measured', async () => {
    await open();
    await measure();
    await measure();
    expect(useConfig.getState()).toMatchObject({ preset: 'balanced', config: longer, base: longer });
    expect(asked()).toEqual(['config.choices', 'config.fit', 'run.preflight', 'run.preflight']);
    expect(call.mock.calls[2]![1]).toMatchObject({ config: longer });
  });

  test('settings that a person changed stay, and the preset is fitted when it is chosen again', async () => {
    await open();
    setValue('student.alpha', 0.25);
    await measure();
    expect(useConfig.getState().config.student).toMatchObject({ alpha: 0.25, epochs_finetune: 30 });
    choosePreset('balanced');
    expect(useConfig.getState().config).toEqual(longer);
  });

  test('from scratch it stays as it is', async () => {
    await open();
    startFromImageNet(false);
    await measure();
    expect(useConfig.getState().config).toEqual(defaults);
    startFromImageNet(true);
    expect(useConfig.getState().config).toEqual(longer);
  });
});
