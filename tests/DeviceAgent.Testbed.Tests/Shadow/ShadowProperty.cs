using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Shadow;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceAgent.Testbed.Tests.Shadow;

/// <summary>Random documents against a model that keeps no tree: a section is the set of its leaves, each under its whole path.</summary>
public sealed class ShadowProperty
{
    [Fact]
    public void Merge_RandomPatches_LeavesWhatTheModelHolds()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Documents().ListOf().Resize(6).ToArbitrary(), patches =>
        {
            var section = ShadowSection.Empty;
            var model = new Dictionary<string, (string Json, long Timestamp)>();
            for (var time = 0; time < patches.Count; time++)
            {
                section = ShadowMerge.Of(section, patches[time], time);
                foreach (var (path, leaf) in Leaves(patches[time])) Set(model, path, leaf, time);
            }

            Assert.Equal(model.ToDictionary(m => m.Key, m => m.Value.Json), Leaves(section.Values).Where(l => l.Leaf is not JsonObject).ToDictionary(l => l.Path, l => l.Leaf!.ToJsonString()));
            foreach (var (path, leaf) in model) Assert.Equal(leaf.Timestamp, TimestampAt(section.Metadata, path));
        }));
    }

    [Fact]
    public void Delta_RandomSections_AppliedToReportedLeavesNoDifference()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Documents().Two().ToArbitrary(), pair =>
        {
            var (desired, reported) = (ShadowMerge.Of(ShadowSection.Empty, pair.Item1, 1), ShadowMerge.Of(ShadowSection.Empty, pair.Item2, 2));
            var open = Leaves(desired.Values).Where(l => l.Leaf is not JsonObject)
                .Where(l => !JsonNode.DeepEquals(l.Leaf, At(reported.Values, l.Path))).Select(l => l.Path).Order();

            var delta = ShadowDelta.Of(desired, reported);

            Assert.Equal(open, Leaves(delta?.Values ?? []).Where(l => l.Leaf is not JsonObject).Select(l => l.Path).Order());
            if (delta is not null) Assert.Null(ShadowDelta.Of(desired, ShadowMerge.Of(reported, delta.Values, 3)));
        }));
    }

    /// <summary>Few keys, so that patches meet.</summary>
    private static Gen<JsonObject> Documents() => Gen.Sized(size => Node(Math.Min(size, 3)).ListOf().Select(Join));

    private static Gen<(string Key, JsonNode? Value)> Node(int depth)
    {
        var scalar = Gen.OneOf(
            Gen.Constant<JsonNode?>(null),
            Gen.Choose(0, 3).Select(JsonNode? (n) => n),
            Gen.Elements("x", "y").Select(JsonNode? (s) => s),
            Gen.Choose(0, 3).Select(JsonNode? (n) => new JsonArray(1, n)));
        var value = depth == 0 ? scalar : Gen.Frequency((2, scalar), (1, Node(depth - 1).ListOf().Resize(3).Select(JsonNode? (members) => Join(members))));
        return from key in Gen.Elements("a", "b", "c") from node in value select (key, node?.DeepClone());
    }

    private static JsonObject Join(IEnumerable<(string Key, JsonNode? Value)> members)
    {
        var document = new JsonObject();
        foreach (var (key, value) in members) document[key] = value?.DeepClone();
        return document;
    }

    /// <summary>Every value that is no object with members, under its path.</summary>
    private static IEnumerable<(string Path, JsonNode? Leaf)> Leaves(JsonObject document, string prefix = "") =>
        document.SelectMany(pair => pair.Value is JsonObject inner
            ? Leaves(inner, $"{prefix}/{pair.Key}").Prepend(($"{prefix}/{pair.Key}", new JsonObject()))
            : [($"{prefix}/{pair.Key}", pair.Value)]);

    /// <summary>A leaf displaces what is below its path and the leaf that stood on its way; an object displaces a leaf at its path.</summary>
    private static void Set(Dictionary<string, (string Json, long Timestamp)> model, string path, JsonNode? leaf, long time)
    {
        if (leaf is JsonObject)
        {
            model.Remove(path);
            return;
        }

        foreach (var below in model.Keys.Where(k => k == path || k.StartsWith(path + "/", StringComparison.Ordinal)).ToList()) model.Remove(below);
        if (leaf is not null) model[path] = (leaf.ToJsonString(), time);
    }

    private static JsonNode? At(JsonNode? node, string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(node, (within, key) => (within as JsonObject)?[key]);

    private static long TimestampAt(JsonObject metadata, string path) => At(metadata, path) switch
    {
        JsonArray items => (long)items[0]!["timestamp"]!,
        var node => (long)node!["timestamp"]!,
    };
}
