import { useWording } from '../i18n/words.ts';
import { useStudio } from '../stores/studio.ts';
import { adopt, choosePreset, undo, useConfig } from './configStore.ts';
import { differences } from './settings.ts';
import { presetWords } from './settingWords.ts';
import { StartingWeights } from './StartingWeights.tsx';

/** Where the settings come from: a preset with its expected time, or the project's own file. */
export function Presets({ seconds }: { readonly seconds: number | null }) {
  const { t } = useWording();
  const project = useStudio((state) => state.project);
  const { base, preset, choices, replaced, presetSeconds } = useConfig();
  return (
    <>
      <div className="presets" role="radiogroup" aria-label={t('train.preset2')}>
        {choices?.presets
          .filter(({ name }) => name !== 'demo' || preset === 'demo' || project?.name === 'Sample')
          .map(({ name, config: own, pretrained }) => (
            <button
              key={name}
              type="button"
              role="radio"
              aria-checked={
                preset === name && [own, pretrained ?? own].some((settings) => differences(settings, base).length === 0)
              }
              onClick={() => choosePreset(name)}
            >
              <span className="row">
                <i className="radio" />
                <strong>{presetWords(name, t)[0]}</strong>
                <PresetTime seconds={preset === name ? seconds : (presetSeconds[name] ?? null)} />
              </span>
              <span className="small soft">{presetWords(name, t)[1]}</span>
            </button>
          ))}
        {choices?.own != null && (
          <button
            type="button"
            role="radio"
            aria-checked={preset === null}
            onClick={() => adopt(choices.own!, choices.defaults, null)}
          >
            <span className="row">
              <i className="radio" />
              <strong>{t('train.project')}</strong>
            </span>
            <span className="small soft">destila.yaml</span>
          </button>
        )}
      </div>
      <StartingWeights />
      {replaced.length > 0 && (
        <p className="row small soft replaced" role="status">
          <span>{t('train.settingsYouHadChangedReplaced')}</span>
          <button type="button" className="link" onClick={undo}>
            {t('common.undo')}
          </button>
          <kbd>Ctrl Z</kbd>
        </p>
      )}
    </>
  );
}

/** How long a run would take on this machine, once it is known. */
function PresetTime({ seconds }: { readonly seconds: number | null }) {
  const { f } = useWording();
  return seconds === null ? null : <span className="push soft">{f.duration(seconds)}</span>;
}
