import type { OfferedCommand } from '../stores/commands.ts';
import { go } from '../stores/studio.ts';
import type { Wording } from '../i18n/words.ts';
import { sections } from './settings.ts';
import { settingName } from '../../shared/settingWords.ts';
import { sectionName } from './settingWords.ts';
import { showSetting } from './trainView.ts';

/** Offers every setting of a run in the palette of every screen: 'Student: Learning rate, head'. */
export function settingCommands({ t }: Pick<Wording, 't'>): OfferedCommand[] {
  const group = t('train.settingsOfNextRun');
  return sections().flatMap(({ name, fields }) =>
    fields.map(({ key }) => {
      const run = (): void => {
        showSetting(key);
        go('train');
      };
      return { id: key, text: `${sectionName(name, t)[0]}: ${settingName(key, t)}`, searched: true, group, run };
    }),
  );
}
