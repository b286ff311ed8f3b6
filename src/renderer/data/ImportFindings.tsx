import { Radio } from '@mantine/core';
import type { Dropped, ImportQuestion } from '../../shared/contract/dataset.ts';
import { useWording } from '../i18n/words.ts';

/** Ambiguities of the source. An unanswered question blocks writing. */
export function ImportQuestions({
  questions,
  answers,
  onAnswer,
}: {
  questions: readonly ImportQuestion[];
  /** The user's answers; the plan that follows from them may still be loading. */
  answers: Readonly<Record<string, string>>;
  onAnswer(id: string, value: string): void;
}) {
  const { t, said } = useWording();
  return (
    <>
      <h2>{t('data.checkThesePoints')}</h2>
      <div className="column import-questions">
        {questions.map(({ id, text, choices, answer }) => (
          <Radio.Group
            key={id}
            label={said(text)}
            value={answers[id] ?? answer ?? ''}
            onChange={(value) => onAnswer(id, value)}
            description={answer === null ? t('data.chooseAnswerNothingWrittenUntil') : undefined}
          >
            <div className="column import-choices">
              {choices.map((choice) => (
                <Radio key={choice.value} value={choice.value} label={said(choice.text)} />
              ))}
            </div>
          </Radio.Group>
        ))}
      </div>
    </>
  );
}

/** Records of the source that are not imported, by reason, with the first examples. */
export function DroppedRecords({ dropped }: { dropped: readonly Dropped[] }) {
  const { f, said } = useWording();
  return dropped.map(({ reason, severity, count, examples }) => (
    <details key={`${severity} ${reason.text}`} className={`small ${severity === 'note' ? 'quiet' : 'warn'}`}>
      <summary>
        {said(reason)}: {f.count(count)}
      </summary>
      <ul className="import-notes mono">
        {examples.map((example, i) => (
          <li key={i}>
            <bdi>{said(example)}</bdi>
          </li>
        ))}
      </ul>
    </details>
  ));
}
