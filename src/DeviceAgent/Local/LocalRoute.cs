using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>What answers a method and a path.</summary>
internal sealed record LocalRoute(string Method, string Path, RouteGuard Guard, RequestDelegate Handle);

/// <summary>How a listener enforces the guards of its routes.</summary>
internal interface IAdmission
{
    /// <exception cref="RefusedException">The request does not bring what the route asks for, or this listener does not serve it.</exception>
    void Admit(HttpContext context, LocalRoute route);
}
