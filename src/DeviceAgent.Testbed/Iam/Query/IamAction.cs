using System.Text;
using System.Xml.Linq;
using DeviceAgent.Testbed.Iam.Entities;

namespace DeviceAgent.Testbed.Iam.Query;

/// <summary>One action of the API.</summary>
/// <param name="Name">As in the <c>Action</c> parameter; its permission is <c>iam:</c> and the name.</param>
/// <param name="Resource">The ARN that the caller needs the permission for.</param>
/// <param name="Run">Does it; returns the content of the result element, or null when the action has no such element.</param>
internal sealed record IamAction(string Name, Func<QueryRequest, Caller, string> Resource, Func<QueryRequest, Caller, XElement[]?> Run)
{
    public IamAction(string name, Func<QueryRequest, string> resource, Func<QueryRequest, XElement[]?> run)
        : this(name, (request, _) => resource(request), (request, _) => run(request))
    {
    }

    public IamAction(string name, Func<QueryRequest, string> resource, Action<QueryRequest> run)
        : this(name, resource, request =>
        {
            run(request);
            return null;
        })
    {
    }
}

/// <summary>Lists in pages: a marker names the last member of the page before, so that changes in between shift nothing.</summary>
internal static class Page
{
    private const int DefaultItems = 100;
    private const int MaxItems = 1000;

    /// <param name="request">Has <c>Marker</c> and <c>MaxItems</c>.</param>
    /// <param name="listName">The element around the members.</param>
    /// <param name="items">All that there are, in any order.</param>
    /// <param name="key">Unique in the list; pages are ordered by it.</param>
    /// <param name="content">What goes into a <c>member</c> element.</param>
    public static XElement[] Of<T>(QueryRequest request, string listName, IEnumerable<T> items, Func<T, string> key, Func<T, object> content)
    {
        var size = request.Integer("MaxItems") ?? DefaultItems;
        if (size is < 1 or > MaxItems) throw Checks.Violation($"{size}", "maxItems", $"Member must have value between 1 and {MaxItems}");
        var after = request.Optional("Marker") is { } marker ? KeyIn(marker) : null;
        var rest = items
            .OrderBy(key, StringComparer.Ordinal)
            .SkipWhile(item => after is not null && string.CompareOrdinal(key(item), after) <= 0)
            .ToList();
        var page = rest.Take(size).ToList();
        var list = new XElement(listName, page.Select(item => new XElement("member", content(item))));
        return rest.Count > page.Count
            ? [list, new XElement("IsTruncated", true), new XElement("Marker", MarkerOf(key(page[^1])))]
            : [list, new XElement("IsTruncated", false)];
    }

    private static string MarkerOf(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key));

    private static string KeyIn(string marker)
    {
        var key = new byte[marker.Length];
        return Convert.TryFromBase64String(marker, key, out var length)
            ? Encoding.UTF8.GetString(key, 0, length)
            : throw IamException.ValidationError("Invalid Marker.");
    }
}
