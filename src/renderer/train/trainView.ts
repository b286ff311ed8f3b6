import { create } from 'zustand';

/** Whether Train shows the settings of the next run, or a run; and the setting that the palette leads to. */
export const useTrainView = create<{ planning: boolean; setting: string | null }>(() => ({
  planning: false,
  setting: null,
}));
export const planRun = (planning: boolean): void => useTrainView.setState({ planning });
export const showSetting = (setting: string): void => useTrainView.setState({ planning: true, setting });
