// Writes the bill of materials of a published agent (CycloneDX 1.6): dotnet run scripts/sbom.cs -- RUNTIME FORM COMMIT FILE
// scripts/publish.sh calls it after `dotnet publish`. The packages and their hashes are those of the committed lock file, licences those that
// the packages themselves name; a build that used anything else is refused. The same commit makes the same bytes. docs/decisions/0012
// says why no tool does it.
#:property PublishAot=false
#:property TargetFramework=net10.0
#:property RestorePackagesWithLockFile=false
#:property RunAnalyzers=false

using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

if (args is not [var runtime, var form, var commit, var file]) throw new ArgumentException("usage: sbom.cs RUNTIME FORM COMMIT FILE");

var locked = JsonNode.Parse(File.ReadAllText("src/DeviceAgent/packages.lock.json"))!["dependencies"]!["net10.0"]!.AsObject();
var assets = JsonNode.Parse(File.ReadAllText($"artifacts/publish/{form}-{runtime}/obj/DeviceAgent/project.assets.json"))!;
var cache = assets["packageFolders"]!.AsObject().First().Key;
var project = assets["project"]!;
var version = (string)project["version"]!;
var agent = $"pkg:generic/device-agent@{version}";

// What the build took from the cache must be what the lock file names.
var used = assets["libraries"]!.AsObject().Where(l => (string)l.Value!["type"]! == "package").ToDictionary(l => l.Key, l => (string)l.Value!["sha512"]!, StringComparer.OrdinalIgnoreCase);
foreach (var (name, entry) in locked.Where(e => (string)e.Value!["type"]! != "Project"))
{
    var package = $"{name}/{(string)entry!["resolved"]!}";
    if (!used.TryGetValue(package, out var hash) || hash != (string)entry["contentHash"]!) throw new InvalidDataException($"sbom: the build did not use {package} of packages.lock.json");
}

// A package without assemblies or native files (analyzers, build tasks) is no part of the agent.
var shipped = locked.Where(e => (string)e.Value!["type"]! != "Project")
    .Select(e => (Name: e.Key, Version: (string)e.Value!["resolved"]!, Hash: (string)e.Value!["contentHash"]!, Dependencies: NamesOf(e.Value!)))
    .Where(p => Directory.Exists(Path.Combine(FolderOf(p.Name, p.Version), "lib")) || Directory.Exists(Path.Combine(FolderOf(p.Name, p.Version), "runtimes")))
    .ToList();
var refs = shipped.ToDictionary(p => p.Name, p => Purl(p.Name, p.Version), StringComparer.OrdinalIgnoreCase);

var components = new List<JsonObject>();
var dependencies = new List<JsonObject>();
foreach (var package in shipped)
{
    components.Add(Package(package.Name, package.Version, package.Hash));
    dependencies.Add(Dependency(refs[package.Name], package.Dependencies.Where(refs.ContainsKey).Select(d => refs[d])));
}

// SQLite itself is inside of its package.
var sqlite = shipped.Single(p => p.Name == "SourceGear.sqlite3");
components.Add(new JsonObject
{
    ["type"] = "library",
    ["bom-ref"] = $"pkg:generic/sqlite@{sqlite.Version}",
    ["name"] = "sqlite",
    ["version"] = sqlite.Version,
    ["description"] = "the native library libe_sqlite3.so",
    ["licenses"] = new JsonArray(new JsonObject { ["license"] = new JsonObject { ["id"] = "blessing" } }),
    ["purl"] = $"pkg:generic/sqlite@{sqlite.Version}",
});
dependencies.Add(Dependency($"pkg:generic/sqlite@{sqlite.Version}", []));
dependencies.Single(d => (string)d["ref"]! == refs[sqlite.Name])["dependsOn"]!.AsArray().Add($"pkg:generic/sqlite@{sqlite.Version}");

// What is linked into the native program: the runtime and ASP.NET Core.
var packs = new List<string>();
foreach (var pack in project["frameworks"]!["net10.0"]!["downloadDependencies"]?.AsArray() ?? [])
{
    var name = (string)pack!["name"]!;
    if (form != "native" || !(name.StartsWith("Microsoft.NETCore.App.Runtime.NativeAOT.", StringComparison.Ordinal) || name.StartsWith("Microsoft.AspNetCore.App.Runtime.", StringComparison.Ordinal))) continue;
    var number = ((string)pack["version"]!).Trim('[', ']').Split(',')[0];
    components.Add(Package(name, number, File.ReadAllText(Path.Combine(FolderOf(name, number), $"{name}.{number}.nupkg.sha512".ToLowerInvariant()))));
    packs.Add(Purl(name, number));
    dependencies.Add(Dependency(Purl(name, number), []));
}

if (form == "native" && packs.Count != 2) throw new InvalidDataException($"sbom: the runtime's packs are {string.Join(", ", packs)}");

var direct = locked.Where(e => (string)e.Value!["type"]! == "Direct").Select(e => e.Key)
    .Concat(locked.Where(e => (string)e.Value!["type"]! == "Project").SelectMany(e => NamesOf(e.Value!)));
dependencies.Insert(0, Dependency(agent, direct.Where(refs.ContainsKey).Select(d => refs[d]).Concat(packs).Distinct()));

var bom = new JsonObject
{
    ["$schema"] = "http://cyclonedx.org/schema/bom-1.6.schema.json",
    ["bomFormat"] = "CycloneDX",
    ["specVersion"] = "1.6",
    ["version"] = 1,
    ["metadata"] = new JsonObject
    {
        ["timestamp"] = DateTimeOffset.FromUnixTimeSeconds(long.Parse(Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH")!, CultureInfo.InvariantCulture)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        ["component"] = new JsonObject
        {
            ["type"] = "application",
            ["bom-ref"] = agent,
            ["name"] = "device-agent",
            ["version"] = version,
            ["licenses"] = new JsonArray(new JsonObject { ["license"] = new JsonObject { ["id"] = "Apache-2.0" } }),
            ["purl"] = agent,
            ["properties"] = new JsonArray(Property("commit", commit), Property("runtime", runtime), Property("form", form)),
        },
    },
    ["components"] = new JsonArray([.. components.OrderBy(c => (string)c["bom-ref"]!, StringComparer.Ordinal)]),
    ["dependencies"] = new JsonArray([.. dependencies]),
};
File.WriteAllText(file, bom.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");

string FolderOf(string name, string number) => Path.Combine(cache, name.ToLowerInvariant(), number.ToLowerInvariant());

static string Purl(string name, string number) => $"pkg:nuget/{name}@{number}";

static List<string> NamesOf(JsonNode entry) => [.. entry["dependencies"]?.AsObject().Select(d => d.Key) ?? []];

static JsonObject Property(string name, string value) => new() { ["name"] = $"device-agent:{name}", ["value"] = value };

static JsonObject Dependency(string on, IEnumerable<string> others) =>
    new() { ["ref"] = on, ["dependsOn"] = new JsonArray([.. others.Order(StringComparer.Ordinal).Select(o => JsonValue.Create(o))]) };

JsonObject Package(string name, string number, string hash) => new()
{
    ["type"] = "library",
    ["bom-ref"] = Purl(name, number),
    ["name"] = name,
    ["version"] = number,
    // Of the .nupkg file.
    ["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = Convert.ToHexStringLower(Convert.FromBase64String(hash)) }),
    ["licenses"] = new JsonArray(new JsonObject { ["license"] = Licence(name, number) }),
    ["purl"] = Purl(name, number),
};

JsonObject Licence(string name, string number)
{
    var folder = FolderOf(name, number);
    var licence = XDocument.Load(Path.Combine(folder, $"{name.ToLowerInvariant()}.nuspec")).Descendants().FirstOrDefault(e => e.Name.LocalName == "license")
        ?? throw new InvalidDataException($"sbom: {name} {number} names no licence");
    if ((string?)licence.Attribute("type") == "expression") return new JsonObject { ["id"] = licence.Value };
    var text = File.ReadAllText(Path.Combine(folder, licence.Value.Replace('\\', '/'))).ReplaceLineEndings("\n");
    return text.Contains("Permission is hereby granted, free of charge", StringComparison.Ordinal)
        ? new JsonObject { ["id"] = "MIT" }
        : new JsonObject { ["name"] = $"{name}'s {licence.Value}", ["text"] = new JsonObject { ["content"] = text } };
}
