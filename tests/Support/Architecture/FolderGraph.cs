using System.Reflection;
using System.Text.RegularExpressions;
using ArchUnitNET.Loader;

namespace DeviceAgent.TestSupport;

/// <summary>
/// Which top folder of a project uses which other, read from the compiled types: folder is namespace. A folder's sub-folders count
/// with it. What lies in the root namespace itself is the folder <see cref="Root"/>.
/// </summary>
public sealed partial class FolderGraph
{
    public const string Root = ".";

    /// <summary>Each use of a folder by another, with the types that show it.</summary>
    private readonly SortedDictionary<string, SortedDictionary<string, SortedSet<string>>> _uses = new(StringComparer.Ordinal);
    private readonly List<(string Type, string Target)> _dependencies = [];

    public FolderGraph(Assembly assembly, string rootNamespace)
    {
        var name = assembly.GetName().Name!;
        var architecture = new ArchLoader().LoadAssembly(assembly).Build();
        foreach (var type in architecture.Types)
        {
            if (!IsOf(type.Assembly?.Name, name)) continue;
            var from = FolderOf(type.FullName, rootNamespace);
            if (from is null) continue;
            Folders.Add(from);
            foreach (var target in type.Dependencies.Select(d => d.Target))
            {
                _dependencies.Add((Outermost(type.FullName), target.FullName));
                if (IsOf(target.Assembly?.Name, name) && FolderOf(target.FullName, rootNamespace) is { } to && to != from) Add(from, to, $"{Short(type.FullName)} -> {Short(target.FullName)}");
            }
        }
    }

    public SortedSet<string> Folders { get; } = new(StringComparer.Ordinal);

    /// <summary>Every circle: the folders that reach each other, and the types by which they do. Empty when there is none.</summary>
    /// <param name="besides">A folder that does not count; null when all do.</param>
    public IReadOnlyList<string> Circles(string? besides = null)
    {
        var reach = Folders.ToDictionary(f => f, f => Reachable(f, besides));
        return
        [
            .. from a in Folders
               from b in _uses.GetValueOrDefault(a)?.Keys.AsEnumerable() ?? []
               where a != besides && b != besides && reach[b].Contains(a)
               select $"{a} uses {b}, which leads back to it: {string.Join(", ", _uses[a][b].Take(4))}",
        ];
    }

    /// <summary>The other folders of this assembly that a folder uses.</summary>
    public IReadOnlyCollection<string> UsedBy(string folder) => [.. _uses.GetValueOrDefault(folder)?.Keys.AsEnumerable() ?? []];

    /// <summary>The uses of what may not be used, by types whose full name starts with the first.</summary>
    /// <param name="from">A namespace.</param>
    /// <param name="forbidden">Namespaces, in this assembly or another.</param>
    public IReadOnlyList<string> Uses(string from, params string[] forbidden) =>
    [
        .. _dependencies.Where(d => IsIn(d.Type, from) && forbidden.Any(f => IsIn(d.Target, f)) && !IsIn(d.Target, from)).Select(d => $"{Short(d.Type)} -> {Outermost(d.Target)}").Distinct(),
    ];

    /// <summary>The same for the rest of a folder, without one of its sub-folders, which may itself be forbidden.</summary>
    public IReadOnlyList<string> UsesOutside(string except, string from, params string[] forbidden) =>
    [
        .. _dependencies.Where(d => IsIn(d.Type, from) && !IsIn(d.Type, except) && forbidden.Any(f => IsIn(d.Target, f))).Select(d => $"{Short(d.Type)} -> {Outermost(d.Target)}").Distinct(),
    ];

    /// <summary>Whether anything lies there: a rule about a folder that is gone holds nothing.</summary>
    public bool Has(string @namespace) => _dependencies.Any(d => IsIn(d.Type, @namespace));

    private HashSet<string> Reachable(string from, string? besides)
    {
        var (reached, left) = (new HashSet<string>(), new Stack<string>([from]));
        while (left.TryPop(out var next))
        {
            foreach (var to in _uses.GetValueOrDefault(next)?.Keys.AsEnumerable() ?? [])
            {
                if (to != besides && reached.Add(to)) left.Push(to);
            }
        }

        return reached;
    }

    private void Add(string from, string to, string by)
    {
        if (!_uses.TryGetValue(from, out var targets)) _uses[from] = targets = new(StringComparer.Ordinal);
        if (!targets.TryGetValue(to, out var types)) targets[to] = types = new(StringComparer.Ordinal);
        types.Add(by);
    }

    private static bool IsOf(string? assembly, string name) => assembly?.Split(',')[0] == name;

    private static bool IsIn(string type, string @namespace) => type.StartsWith(@namespace + ".", StringComparison.Ordinal);

    private static string? FolderOf(string type, string root)
    {
        var outermost = Outermost(type);
        if (!IsIn(outermost, root)) return null;
        var rest = outermost[(root.Length + 1)..];
        var dot = rest.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? Root : rest[..dot];
    }

    /// <summary>Without nested types, generic arguments and arity.</summary>
    private static string Outermost(string type) => Inner().Replace(type, "");

    private static string Short(string type)
    {
        var outermost = Outermost(type);
        return outermost[(outermost.LastIndexOf('.') + 1)..];
    }

    [GeneratedRegex(@"[/+`<\[].*$")]
    private static partial Regex Inner();
}
