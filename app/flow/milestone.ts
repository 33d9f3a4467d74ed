// The round numbers of a waitlist: each is worth a word once, and no other number is.

const FIRST = 5;
const STEPS = [10, 25, 50];

/** The largest of 5, 10, 25, 50, 100, 250, 500, 1,000 ... that `people` have reached; 0 before the first. */
export function milestone(people: number): number {
  if (people < STEPS[0]!) return people < FIRST ? 0 : FIRST;
  const power = 10 ** Math.floor(Math.log10(people / STEPS[0]!) + 1e-9);
  return Math.max(...STEPS.map((step) => step * power).filter((step) => step <= people));
}
