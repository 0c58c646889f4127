using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>What a route asks of a request. The listener that the request came in by enforces it before the handler is called.</summary>
internal enum RouteGuard
{
    None,

    /// <summary>A bearer token of this listener; on the socket its file's mode has said who may.</summary>
    Token,

    /// <summary>A session token of the metadata service.</summary>
    Session,

    /// <summary>Served on the Unix socket only.</summary>
    SocketOnly,

    /// <summary>Served on the Unix socket only, and to users of the allow list only.</summary>
    AllowedUser,
}

/// <summary>What answers a method and a path.</summary>
internal sealed record LocalRoute(string Method, string Path, RouteGuard Guard, RequestDelegate Handle);

/// <summary>How a listener enforces the guards of its routes.</summary>
internal interface IAdmission
{
    /// <exception cref="RefusedException">The request does not bring what the route asks for, or this listener does not serve it.</exception>
    void Admit(HttpContext context, LocalRoute route);
}

/// <summary>The routes of a listener. No handler is called before the listener has admitted the request.</summary>
internal sealed class RouteTable(IReadOnlyList<LocalRoute> routes, IAdmission admission)
{
    /// <exception cref="RefusedException">404: there is no such path, 405: not by this method, or what the admission says.</exception>
    public Task HandleAsync(HttpContext context)
    {
        var route = Find(context);
        admission.Admit(context, route);
        if (route.Guard != RouteGuard.None) context.Features.Get<ConnectionSlot>()?.Admit();
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
