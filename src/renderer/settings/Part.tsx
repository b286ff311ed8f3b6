import type { ReactNode } from 'react';

/** A section of the settings. */
export const Part = ({ id, title, children }: { id: string; title: string; children: ReactNode }) => (
  <section id={id} aria-label={title}>
    <h2>{title}</h2>
    {children}
  </section>
);

/** A setting with its name and what it does. */
export const Row = ({ name, hint, children }: { name: string; hint: string; children: ReactNode }) => (
  <div className="settings-row">
    <span>{name}</span>
    <span>{children}</span>
    <span className="small quiet">{hint}</span>
  </div>
);
