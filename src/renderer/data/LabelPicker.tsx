import { Autocomplete } from '@mantine/core';
import { useState } from 'react';

/** Searches the labels, or creates a new one. */
export function LabelPicker({
  names,
  allowNew,
  placeholder,
  onChoose,
  onCancel,
}: {
  names: readonly string[];
  allowNew: boolean;
  placeholder: string;
  onChoose(name: string): void;
  onCancel(): void;
}) {
  const [text, setText] = useState('');
  const submit = (): void => {
    const wanted = text.trim();
    const known = names.find((name) => name.toLowerCase() === wanted.toLowerCase());
    if (known !== undefined) onChoose(known);
    else if (allowNew && wanted !== '') onChoose(wanted);
  };
  return (
    <form
      className="grow label-picker"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Autocomplete
        size="xs"
        autoFocus
        aria-label={placeholder}
        placeholder={placeholder}
        data={[...new Set(names)]}
        limit={50}
        value={text}
        onChange={setText}
        onOptionSubmit={onChoose}
        selectFirstOptionOnChange={!allowNew}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onCancel();
        }}
      />
    </form>
  );
}
