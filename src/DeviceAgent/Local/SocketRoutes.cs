using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary><c>GET /v1/credentials</c> and <c>POST /v1/credentials/refresh</c> on the agent's socket, for users of the allow list.</summary>
internal sealed class SocketRoutes(CredentialsApi credentials, AuditLog audit)
{
    public LocalRoute Get => new(HttpMethods.Get, CredentialsDoor.Path, RouteGuard.AllowedUser, context => AuditedAsync(context, credentials.GetAsync));

    public LocalRoute Refresh => new(HttpMethods.Post, CredentialsDoor.Path + "/refresh", RouteGuard.AllowedUser, context => AuditedAsync(context, credentials.RefreshAsync));

    private async Task AuditedAsync(HttpContext context, RequestDelegate handle)
    {
        try
        {
            await handle(context).ConfigureAwait(false);
        }
        catch (RefusedException e)
        {
            audit.Refused(context.Features.Get<LocalCaller>()!, e.Message);
            throw;
        }
    }
}
