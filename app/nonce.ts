// The nonce of this response's scripts, handed from the web process to the document.
import { createContext } from 'react';

export const Nonce = createContext<string | undefined>(undefined);

/** What the web process tells every route of its response. */
export type LoadContext = { nonce?: string };
