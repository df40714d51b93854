export default function CallLayer() {
  return null;
}
