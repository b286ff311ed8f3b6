import type { OfferedCommand } from '../stores/commands.ts';
import { go } from '../stores/studio.ts';
import type { Wording } from '../i18n/words.ts';
import { sections } from './settings.ts';
import { sectionName, settingName } from './settingWords.ts';
import { showSetting } from './trainView.ts';

/** Every setting of a run, from every screen: 'Student: Learning rate, head'. */
export function settingCommands({ w }: Pick<Wording, 'w'>): OfferedCommand[] {
  const group = w('Settings of the next run', 'Ajustes del próximo entrenamiento');
  return sections().flatMap(({ name, fields }) =>
    fields.map(({ key }) => {
      const run = (): void => {
        showSetting(key);
        go('train');
      };
      return { id: key, text: `${sectionName(name, w)[0]}: ${settingName(key, w)}`, searched: true, group, run };
    }),
  );
}
