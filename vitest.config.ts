// How the tests run: one PostgreSQL for the run, a database for each file, the journey first.
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const isJourney = ({ moduleId }: TestSpecification) => basename(moduleId).startsWith('journey');

/** The journey tells the story; whoever reads the output from the top should meet it first. */
class JourneyFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isJourney), ...sorted.filter((file) => !isJourney(file))];
  }
}

export default defineConfig({
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    globalSetup: 'tests/harness/global.ts',
    setupFiles: ['tests/harness/each.ts'],
    sequence: { sequencer: JourneyFirst },
    pool: 'forks',
    maxWorkers: 2,
    // Generous, as machines are shared: nothing here is a timed test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A test that passes on its second try has found something.
    retry: 0,
    passWithNoTests: false,
    allowOnly: false,
  },
});
