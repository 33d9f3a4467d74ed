// What the test runner counted, without mercy: a skip, a todo, a file that did not load or a stray rejection is a failure.
import { writeFileSync } from 'node:fs';
import type { SerializedError } from '@vitest/utils';
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

export type Tally = { passed: number; failed: number; remarks: string[] };

/** The file to which a run writes its tally, named by the one who started it. */
export const TALLY_FILE = 'TALLY_FILE';

export default function tallyReporter(): Reporter {
  let vitest: Vitest;
  return {
    onInit: (runner) => {
      vitest = runner;
    },
    onTestRunEnd: (modules, strayErrors) => {
      const path = process.env[TALLY_FILE];
      const asked = vitest.config.testNamePattern;
      if (path) writeFileSync(path, JSON.stringify(count({ modules, strayErrors, asked })));
    },
  };
}

function count({
  modules,
  strayErrors,
  asked,
}: {
  modules: readonly TestModule[];
  strayErrors: readonly SerializedError[];
  asked: RegExp | undefined;
}): Tally {
  const tally: Tally = { passed: 0, failed: 0, remarks: [] };
  const fail = (remark?: string) => {
    tally.failed += 1;
    if (remark) tally.remarks.push(remark);
  };
  for (const module of modules) {
    const tests = [...module.children.allTests()].filter((test) => isWanted({ test, asked }));
    for (const test of tests) {
      const { state } = test.result();
      if (state === 'passed') tally.passed += 1;
      else if (state === 'failed') fail();
      else fail(`not run (${test.options.mode ?? state}): ${module.relativeModuleId} > ${test.fullName}`);
    }
    const broken =
      module.errors().length > 0 || [...module.children.allSuites()].some((s) => s.errors().length > 0);
    const knowsOfIt = tests.some((test) => test.result().state !== 'passed');
    if (broken && !knowsOfIt) fail(`broken file: ${module.relativeModuleId}`);
    if (!broken && tests.length === 0 && asked === undefined) fail(`empty file: ${module.relativeModuleId}`);
  }
  for (const error of strayErrors) fail(`outside of any test: ${error.message}`);
  return tally;
}

/** With `-t` the caller chose to leave the others out. */
function isWanted({ test, asked }: { test: TestCase; asked: RegExp | undefined }): boolean {
  return asked === undefined || asked.test(test.fullName.replaceAll(' > ', ' '));
}
