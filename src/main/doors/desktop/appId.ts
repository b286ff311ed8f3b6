/** Names the program to Windows, which shows notifications and taskbar icons only under the id of the package. */
export const APP_ID = 'studio.destila';
