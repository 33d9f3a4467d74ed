// The round numbers of a waitlist: each is worth a word once, and no other number is.

/** The largest of 5, 10, 25, 50, 100, 250, 500, 1,000 ... that `people` have reached; 0 before the first. */
export function milestone(people: number): number {
  let number = people < 5 ? 0 : 5;
  for (let ten = 10; ten <= people; ten *= 10)
    for (const step of [ten, ten * 2.5, ten * 5]) if (step <= people) number = step;
  return number;
}
