import { expect, test } from 'vitest';
import { translator } from './locales/translate.ts';
import { say } from './message.ts';
import { defaultRunName, runName } from './runName.ts';

const [english, spanish] = [translator('en'), translator('es')];

test('a default name is stored in English and shown in the language of whoever reads it', () => {
  expect(defaultRunName(1200)).toBe('Run 1200');
  expect(say(english, runName('Run 1200'))).toBe('Run 1200');
  expect(say(spanish, runName('Run 1200'))).toBe('Entrenamiento 1200');
});

test.each(['Run', 'Run 2b', 'My Run 2', 'run 2', ''])('the name %j is shown as it is', (name) => {
  expect(say(spanish, runName(name))).toBe(name);
});
