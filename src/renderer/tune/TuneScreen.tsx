export default function TuneScreen() { return null; }
