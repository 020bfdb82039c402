/** The client of the protocol, as it is wanted here. */

import {
  type ClientCapabilities,
  type DynamicFeature,
  ExecuteCommandRequest,
  type FeatureState,
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  type StaticFeature,
} from "vscode-languageclient/node";

/**
 * Has the server send diagnostics. The client of version 9 that asks for them shows none of a document that is closed and opened again at
 * once, and for a moment none of one whose answer was no longer wanted.
 */
const sentDiagnostics: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    delete capabilities.textDocument?.diagnostic;
    delete capabilities.workspace?.diagnostics;
  },
  initialize: () => undefined,
  getState: (): FeatureState => ({ kind: "static" }),
  clear: () => undefined,
};

/** A client that leaves it to `Server` to tell the user what went wrong. */
export class QuietClient extends LanguageClient {
  constructor(server: ServerOptions, options: LanguageClientOptions) {
    super("speclint", "speclint", server, options);
    this.registerFeature(sentDiagnostics);
  }

  /** What the server has executed is the business of `commands.ts`: two servers, one of which is ending, would both claim the names. */
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    if (!("registrationType" in feature) || feature.registrationType.method !== ExecuteCommandRequest.method) {
      super.registerFeature(feature);
    }
  }

  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}
