using System.Xml.Linq;

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
