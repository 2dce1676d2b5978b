// Bundle the pages' scripts and style: node build.mjs WORK OUT. WORK holds node_modules, OUT is replaced.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const [work, out] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const esbuild = createRequire(join(work, "package.json"))("esbuild");

const made = await esbuild.build({
  entryPoints: ["cordiale.js", "door.js", "cordiale.css"].map((name) => join(here, name)),
  nodePaths: [join(work, "node_modules")],
  outdir: out,
  bundle: true,
  format: "esm",
  splitting: true, // what one page alone needs (the graph) is a file of its own, loaded there
  minify: true,
  target: ["es2022", "chrome123", "firefox128", "safari17.5"],
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  legalComments: "eof",
  metafile: true,
  write: false,
  logLevel: "warning",
});

mkdirSync(out, { recursive: true });
const manifest = {};
const written = new Set(["manifest.json"]);
for (const file of made.outputFiles) {
  const name = basename(file.path);
  writeFileSync(join(out, name), file.contents);
  writeFileSync(join(out, `${name}.gz`), gzipSync(file.contents, { level: 9 }));
  written.add(name).add(`${name}.gz`);
}
for (const [path, output] of Object.entries(made.metafile.outputs)) {
  if (output.entryPoint) manifest[basename(output.entryPoint)] = basename(path);
}
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 1));
for (const name of readdirSync(out)) if (!written.has(name)) rmSync(join(out, name));
for (const name of readdirSync(out).filter((n) => n.endsWith(".gz")))
  console.log(name, statSync(join(out, name)).size);
