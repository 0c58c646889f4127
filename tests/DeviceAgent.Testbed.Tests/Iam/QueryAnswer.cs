using System.Xml.Linq;

namespace DeviceAgent.Testbed.Tests.Iam;

/// <summary>An answer of the Query protocol, taken apart as a client does.</summary>
internal sealed record QueryAnswer(int Status, string? ContentType, string? RequestIdHeader, XElement Root)
{
    public static async Task<QueryAnswer> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        response.Content.Headers.ContentType?.MediaType,
        response.Headers.TryGetValues("x-amzn-RequestId", out var ids) ? ids.Single() : null,
        XElement.Parse(await response.Content.ReadAsStringAsync()));

    public string ErrorCode => this["Error/Code"];

    public string ErrorMessage => this["Error/Message"];

    /// <summary>The text at a path of element names below the root, which must exist once.</summary>
    public string this[string path] => Elements(path).Single().Value;

    public IReadOnlyList<XElement> Elements(string path) =>
        [.. path.Split('/').Aggregate((IEnumerable<XElement>)[Root], (found, name) => found.Elements(Root.Name.Namespace + name))];

    public IReadOnlyList<string> Values(string path) => [.. Elements(path).Select(element => element.Value)];
}
