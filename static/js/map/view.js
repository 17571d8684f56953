/** The map itself: panes, picture and digital map, position, and what follows from them. */

import { centreOf, gsdM } from "./geometry.js";
import { readHash, writeHash } from "./hash.js";
import { countOutOfView } from "./offview.js";

const OVER_ZOOM = 4;
const PANE_PX = 316; // the width of an open pane with its margins
const TINY_PX = 64;
const CLOSE_UP_ROOM = 0.6; // of the area, on each side
const UNDER_ZOOM = 3;
const HASH_DELAY_MS = 250;
const EMPTY_TILE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
const PANES = { "ss-map-tiles": 250, "ss-names": 450, "ss-points": 590, "ss-badges": 640 };

/** @param {any} L @param {HTMLElement} element @param {object} state */
export function createView(L, element, state) {
  L.PM?.setOptIn(true);
  const map = L.map(element, {
    ...{ preferCanvas: true, keyboard: false, attributionControl: false, zoomControl: false },
    ...{ doubleClickZoom: false, boxZoom: false, zoomSnap: 0.5, wheelPxPerZoomLevel: 90, maxZoom: 24, pmIgnore: false },
  });
  map.setView([0, 0], 2);
  for (const [name, level] of Object.entries(PANES)) map.createPane(name).style.zIndex = level;
  map.getPane("ss-points").style.pointerEvents = "none";
  map.getPane("ss-names").style.pointerEvents = "none";

  let tiles = {};
  let hashTimer = null;
  let wanted = null;

  const bounds = () => {
    const view = map.getBounds();
    const lon = (value) => Math.max(-180, Math.min(180, value));
    const lat = (value) => Math.max(-90, Math.min(90, value));
    return [lon(view.getWest()), lat(view.getSouth()), lon(view.getEast()), lat(view.getNorth())];
  };
  const box = ([west, south, east, north]) => L.latLngBounds([south, west], [north, east]);

  /** The part of the view that no pane covers. */
  const open = () => {
    const { x, y } = map.getSize();
    const covered = state.get("panes").right ? Math.min(PANE_PX, x / 2) : 0;
    return L.latLngBounds(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([x - covered, 0]));
  };

  const countAround = () => {
    const view = open();
    const seen = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
    state.set("out_of_view", countOutOfView(seen, state.get("proposals")));
  };

  const look = () => {
    const { lat, lng } = map.getCenter();
    const zoom = map.getZoom();
    state.set("view", { bounds: bounds(), zoom, lat, lon: lng, gsd_m: gsdM(lat, zoom) });
    countAround();
    clearTimeout(hashTimer);
    hashTimer = setTimeout(keepHash, HASH_DELAY_MS);
  };

  const keepHash = () => {
    const [source, boot, view] = [state.get("source"), state.get("boot"), state.get("view")];
    if (!source || !boot) return;
    history.replaceState(history.state, "", writeHash({ project: boot.project.id, source: source.id, view }));
  };

  /** Goes to a place; waits until the map has a size. */
  const go = (place) => {
    const size = map.getSize();
    if (size.x === 0 || size.y === 0) {
      wanted = place;
      return;
    }
    wanted = null;
    if (place.view) map.setView([place.view.lat, place.view.lon], place.view.zoom, { animate: false });
    else map.fitBounds(box(place.bounds), { animate: false, padding: [16, 16] });
  };

  const showTiles = () => {
    const source = state.get("source");
    const opacity = state.get("layers");
    for (const name of ["satellite", "map"]) {
      const url = name === "satellite" ? source?.tiles : source?.map_tiles;
      const on = url && opacity[name] > 0;
      if (tiles[name] && (!on || tiles[name].options.source !== source.id)) {
        tiles[name].remove();
        tiles[name] = null;
      }
      if (!on) continue;
      tiles[name] ??= tileLayer(name, url, source).addTo(map);
      tiles[name].setOpacity(opacity[name]);
    }
  };

  /** Below this the picture is a dot: many small tiles would be fetched to draw it. */
  const lowestZoom = (source) => Math.max(0, source.min_zoom - UNDER_ZOOM);

  const tileLayer = (name, url, source) =>
    L.tileLayer(url, {
      pane: name === "map" ? "ss-map-tiles" : "tilePane",
      bounds: box(source.bounds),
      source: source.id,
      minNativeZoom: source.min_zoom,
      minZoom: lowestZoom(source),
      maxNativeZoom: source.max_zoom,
      maxZoom: source.max_zoom + OVER_ZOOM,
      errorTileUrl: EMPTY_TILE,
      updateWhenZooming: false,
    });

  map.on("moveend zoomend", look);
  state.on(["layers", "source"], showTiles);
  state.on(["proposals", "panes"], countAround);
  const observer = new ResizeObserver(() => {
    map.invalidateSize({ animate: false, pan: false });
    if (wanted) go(wanted);
    look();
  });
  observer.observe(element);
  window.addEventListener("hashchange", () => {
    const { source, view } = readHash(location.hash);
    if (view && source === state.get("source")?.id) go({ view });
  });

  return {
    leaflet: map,
    bounds,
    setSource(source, view) {
      map.setMaxZoom(source.max_zoom + OVER_ZOOM);
      map.setMinZoom(lowestZoom(source));
      go(view ? { view } : { bounds: source.bounds });
      showTiles();
    },
    fit(area) {
      if (area) map.fitBounds(box(area), { padding: [16, 16] });
    },
    /** Moves so that an area is seen; zooms out only where it is larger than the view. */
    panTo(area) {
      const zoom = Math.min(map.getZoom(), map.getBoundsZoom(box(area)));
      const [lon, lat] = centreOf(area);
      if (zoom < map.getZoom()) map.setView([lat, lon], zoom);
      else map.panTo([lat, lon]);
    },
    /** Moves so that an area fills a good part of the view, no closer than its pixels bear. */
    closeUp(area) {
      const around = box(area).pad(CLOSE_UP_ROOM);
      map.fitBounds(around, { maxZoom: map.getMaxZoom() - OVER_ZOOM + 1, animate: false });
    },
    /** Whether the middle of an area lies outside the view. */
    isOutOfView(area) {
      const [lon, lat] = centreOf(area);
      return !open().contains([lat, lon]);
    },
    /** Whether an area is too small on the screen to judge. */
    isTiny(area) {
      const { x, y } = map.latLngToContainerPoint([area[1], area[2]]).subtract(map.latLngToContainerPoint([area[3], area[0]]));
      return Math.max(Math.abs(x), Math.abs(y)) < TINY_PX;
    },
    zoomBy: (steps) => map.setZoom(map.getZoom() + steps),
  };
}
