using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>The routes of a listener. No handler is called before the listener has admitted the request.</summary>
internal sealed class RouteTable(IReadOnlyList<LocalRoute> routes, IAdmission admission)
{
    /// <exception cref="RefusedException">404: there is no such path, 405: not by this method, or what the admission says.</exception>
    public Task HandleAsync(HttpContext context)
    {
        var route = Find(context);
        admission.Admit(context, route);
        return route.Handle(context);
    }

    private LocalRoute Find(HttpContext context)
    {
        var ofPath = routes.Where(r => r.Path == context.Request.Path.Value).ToList();
        if (ofPath.Count == 0) throw new RefusedException(StatusCodes.Status404NotFound, "there is nothing here; see " + string.Join(", ", routes.Select(r => r.Path).Where(p => !p.StartsWith("//", StringComparison.Ordinal)).Distinct()));
        if (ofPath.Find(r => r.Method == context.Request.Method) is { } route) return route;
        context.Response.Headers.Allow = string.Join(", ", ofPath.Select(r => r.Method));
        throw new RefusedException(StatusCodes.Status405MethodNotAllowed, $"only {context.Response.Headers.Allow}");
    }
}
