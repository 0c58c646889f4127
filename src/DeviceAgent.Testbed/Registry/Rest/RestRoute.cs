using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

/// <summary>One operation of a REST-JSON service.</summary>
/// <param name="Operation">Its name in the service model.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Template">Its path, e.g. <c>/things/{thingName}/principals</c>.</param>
/// <param name="Handler">Gives the answer's body; null is an empty one.</param>
internal sealed record RestRoute(string Operation, string Method, string Template, Func<RestRequest, JsonObject?> Handler)
{
    private readonly string[] _template = Template.Split('/');

    /// <summary>What the caller must be allowed to do; by default <c>iot:OPERATION</c> on what the path names.</summary>
    public Func<RestRequest, IEnumerable<Permission>>? Permissions { get; init; }

    /// <summary>The labels of a path (undecoded segments), or null when it has another form.</summary>
    public IReadOnlyDictionary<string, string>? Match(string[] segments)
    {
        if (segments.Length != _template.Length) return null;
        var labels = new Dictionary<string, string>();
        for (var i = 0; i < segments.Length; i++)
        {
            var decoded = Uri.UnescapeDataString(segments[i]);
            if (_template[i] is ['{', .. var name, '}'])
            {
                if (decoded.Length == 0) return null;
                labels[name] = decoded;
            }
            else if (decoded != _template[i])
            {
                return null;
            }
        }

        return labels;
    }

    public IEnumerable<Permission> PermissionsFor(RestRequest request) =>
        Permissions?.Invoke(request) ?? [new Permission($"iot:{Operation}", RegistryResources.Of(request.Labels))];
}
