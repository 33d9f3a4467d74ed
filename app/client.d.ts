// What the bundler adds to imports: addresses of files with a fingerprint.
/// <reference types="vite/client" />
