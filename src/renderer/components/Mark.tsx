/** The drop, in copper. That color is used nowhere else. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="var(--brand)"
      strokeWidth="1.8"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M12 2.500c3.600 4.200 6.500 7.700 6.500 11.200a6.500 6.500 0 0 1-13 0C5.500 10.200 8.400 6.700 12 2.500Z" />
      <path d="M8.300 14.300h7.400a3.700 3.700 0 0 1-7.400 0Z" fill="var(--brand)" />
    </svg>
  );
}
