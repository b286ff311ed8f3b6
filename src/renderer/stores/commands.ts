import { useEffect, useRef } from 'react';

/** Commands that the current screen offers in the palette. */
export interface OfferedCommand {
  readonly id: string;
  readonly text: string;
  /** Its key. */
  readonly hint?: string;
  /** True for one of many similar commands, which appear only in search results. */
  readonly searched?: boolean;
  /** Heading in the palette; by default the current screen's actions. */
  readonly group?: string;
  run(): void;
}

let offered: (() => readonly OfferedCommand[]) | null = null;

/** Called when the palette opens and on every keystroke there, so that a screen need not report each change. */
export const offeredCommands = (): readonly OfferedCommand[] => offered?.() ?? [];

/** Registers a screen's commands while it is shown. */
export function useCommands(list: () => readonly OfferedCommand[]): void {
  const latest = useRef(list);
  useEffect(() => {
    latest.current = list;
  });
  useEffect(() => {
    const own = (): readonly OfferedCommand[] => latest.current();
    offered = own;
    return () => {
      if (offered === own) offered = null;
    };
  }, []);
}
