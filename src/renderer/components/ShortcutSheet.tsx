import { Modal } from '@mantine/core';
import { create } from 'zustand';
import { useWording } from '../i18n/words.ts';

const useSheet = create<{ open: boolean }>(() => ({ open: false }));
export const openShortcuts = (): void => useSheet.setState({ open: true });

export function ShortcutSheet() {
  const { w } = useWording();
  const open = useSheet((state) => state.open);
  const groups: { title: string; keys: [string, string][] }[] = [
    {
      title: w('Everywhere', 'En todas partes'),
      keys: [
        ['Ctrl K', w('search and commands', 'buscar y órdenes')],
        ['Ctrl O', w('open a folder', 'abrir carpeta')],
        [w('G, then D T U C E S', 'G, luego D T U C E S'), w('go to a screen', 'ir a una pantalla')],
        [w('Ctrl Z / Ctrl Shift Z', 'Ctrl Z / Ctrl Mayús Z'), w('undo, redo', 'deshacer, rehacer')],
        ['Ctrl S', w('save labels', 'guardar etiquetas')],
        ['/', w('find', 'buscar')],
        ['?', w('this sheet', 'esta hoja')],
      ],
    },
    {
      title: w('Data', 'Datos'),
      keys: [
        [w('arrows, J K', 'flechas, J K'), w('next, previous', 'siguiente, anterior')],
        [w('Space', 'Espacio'), w('select', 'seleccionar')],
        [w('Shift + arrows', 'Mayús + flechas'), w('select several', 'seleccionar varias')],
        ['Enter', w('open the image', 'abrir la imagen')],
        ['1–9', w('toggle a label', 'poner o quitar etiqueta')],
        [w('L / Shift L', 'L / Mayús L'), w('add, remove a label', 'añadir, quitar etiqueta')],
        ['M', w('letterbox', 'encuadre')],
        ['0', w('fit', 'ajustar')],
        ['Esc', w('back', 'volver')],
      ],
    },
    {
      title: w('Train', 'Entrenar'),
      keys: [
        ['Ctrl Enter', w('start', 'empezar')],
        ['N', w('new run', 'nuevo entrenamiento')],
        ['P', w('pause, go on', 'pausar, seguir')],
        ['Y', 'YAML'],
        ['S', w('smoothing', 'suavizado')],
      ],
    },
    {
      title: w('Tune', 'Ajustar'),
      keys: [
        ['J K', w('label', 'etiqueta')],
        [w('arrows', 'flechas'), w('move the threshold', 'mover el umbral')],
        [w('PgUp / PgDn', 'RePág / AvPág'), w('by .05', 'de 0,05 en 0,05')],
        ['F', w('goal', 'objetivo')],
        ['X', w('lock', 'bloquear')],
        ['R', w('reset', 'restablecer')],
        ['A / E', w('errors: put the label right, all labels', 'errores: corregir la etiqueta, todas')],
      ],
    },
    { title: w('Export', 'Exportar'), keys: [['Ctrl E', w('export', 'exportar')]] },
  ];
  return (
    <Modal
      opened={open}
      onClose={() => useSheet.setState({ open: false })}
      title={w('Shortcuts', 'Atajos')}
      size={760}
      centered
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': w('Close', 'Cerrar') }}
    >
      <div style={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: '16px 32px' }}>
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h2 style={{ marginBottom: 6 }}>{title}</h2>
            {keys.map(([key, meaning]) => (
              <div className="row" key={key} style={{ minHeight: 26 }}>
                <kbd>{key}</kbd>
                <span className="soft">{meaning}</span>
              </div>
            ))}
          </section>
        ))}
      </div>
    </Modal>
  );
}
