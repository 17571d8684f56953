/**
 * Shapes of the values the client's modules pass to each other. Geometry is GeoJSON, longitude before latitude.
 *
 * @typedef {[number, number]} LonLat
 * @typedef {[number, number, number, number]} Bounds west, south, east, north
 * @typedef {{type: "Polygon"|"MultiPolygon", coordinates: any[]}} Geometry
 * @typedef {{kind: "proposal"|"label"|"draft", id: string}} Ref
 *
 * @typedef {object} PromptStep
 * @property {"point"|"box"|"vertex"|"outline"} kind
 * @property {LonLat} [lonlat]
 * @property {1|-1} [sign]
 * @property {Bounds} [bounds]
 * @property {number} at_ms milliseconds since the draft began
 *
 * @typedef {object} Snapshot what one step of a draft's own history brings back
 * @property {Geometry|null} geometry
 * @property {PromptStep[]} prompts
 * @property {string|null} function
 * @property {string|null} class_id
 * @property {string|null} name
 * @property {Geometry|null} shape what the prompts refine: the object's, or that of the last change by hand
 * @property {number} from how many steps came before that shape
 *
 * @typedef {object} DraftFields
 * @property {string} draft_id
 * @property {string} project_id
 * @property {string} source_id
 * @property {number} sequence grows with every change
 * @property {string|null} proposal_id
 * @property {string|null} label_id
 * @property {string|null} run_id
 * @property {number} started_at epoch milliseconds
 * @property {string|null} saved_at
 * @property {boolean} dirty not yet acknowledged by the server
 * @property {boolean} mask_pending
 * @property {Snapshot[]} past
 * @property {Snapshot[]} future
 * @typedef {DraftFields & Snapshot} Draft
 *
 * @typedef {object} Job a write that has to reach the server
 * @property {string} id
 * @property {string} path
 * @property {object} body
 * @property {object} [context] what the client needs when the answer comes
 */
export {};
