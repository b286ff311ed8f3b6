import { useEffect, useRef } from 'react';

/** What the screen that is shown offers to the palette. */
export interface OfferedCommand {
  readonly id: string;
  readonly text: string;
  /** Its key. */
  readonly hint?: string;
  /** One of many of its kind: it comes only where it is searched for. */
  readonly searched?: boolean;
  /** Under which heading; without one: what can be done here. */
  readonly group?: string;
  run(): void;
}

let offered: (() => readonly OfferedCommand[]) | null = null;

/** Asked when the palette opens and with every letter typed there, so that a screen need not tell of each change. */
export const offeredCommands = (): readonly OfferedCommand[] => offered?.() ?? [];

/** A screen's commands while it is shown. */
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
