export default function TrainScreen() { return null; }
